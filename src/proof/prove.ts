import type { Claim, Counterexample, Proof } from '../domain/proof.ts';
import { type Outcome, type Primitive, Unsupported } from './core.ts';
import { readAnswer } from './model.ts';
import { type Question, type Replay, replay, scriptsOf } from './question.ts';
import { everyInput, hintsOf, type Space, someInputs } from './search.ts';
import type { Script } from './smt.ts';
import type { Arithmetic } from './smt-terms.ts';

/** Answers what the solver prints for SMT-LIB text; rejects when it cannot. */
export type Solve = (text: string) => Promise<string>;

const few = 3000;
const many = 60_000;
const mostExhaustive = 50_000;

/** Only what a solver finds impossible is proved; only what was replayed is refuted. */
export async function prove(question: Question, solve: Solve): Promise<Proof> {
  const claim: Claim = question.old === undefined ? 'contract' : 'equivalence';
  const quick = search(question, few);
  if (quick.found !== undefined) return { verdict: 'refuted', claim, counterexample: quick.found };
  const answer = await ask(question, solve);
  if (answer.kind === 'proved') return { verdict: 'proved', claim, arithmetic: answer.arithmetic };
  if (answer.kind === 'refuted') return { verdict: 'refuted', claim, counterexample: answer.counterexample };
  const longer = search(question, many);
  if (longer.found !== undefined) return { verdict: 'refuted', claim, counterexample: longer.found };
  return { verdict: 'unknown', why: answer.why, tried: longer.tried };
}

type Reply =
  | { readonly kind: 'proved'; readonly arithmetic: Arithmetic }
  | { readonly kind: 'refuted'; readonly counterexample: Counterexample }
  | { readonly kind: 'unknown'; readonly why: string };

async function ask(question: Question, solve: Solve): Promise<Reply> {
  const whole = question.now.parameters.every(
    ({ domain }, at) => domain?.kind !== 'number' || question.whole.has(at),
  );
  const attempts: readonly Arithmetic[] = whole ? ['integer', 'fp64'] : ['fp64'];
  let why = '';
  for (const arithmetic of attempts) {
    try {
      return await askIn(arithmetic, question, solve);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      why = why === '' ? error.message : why;
    }
  }
  return { kind: 'unknown', why: `no exact encoding: ${why}` };
}

async function askIn(arithmetic: Arithmetic, question: Question, solve: Solve): Promise<Reply> {
  const { admitted, differs, overflows } = scriptsOf(question, arithmetic);
  const put = async (script: Script) => readAnswer(await solve(script.text), script);
  const difference = await put(differs);
  if (difference.kind === 'unknown') return difference;
  if (difference.kind === 'found') {
    const wrong = replay(question, difference.inputs);
    if (wrong === undefined) return { kind: 'unknown', why: 'what the solver found does not replay' };
    return { kind: 'refuted', counterexample: shown(question, difference.inputs, wrong) };
  }
  const possible = await put(admitted);
  if (possible.kind !== 'found')
    return { kind: 'unknown', why: possible.kind === 'none' ? 'no input meets its @requires' : possible.why };
  if (overflows === undefined) return { kind: 'proved', arithmetic };
  const overflow = await put(overflows);
  if (overflow.kind === 'none') return { kind: 'proved', arithmetic };
  if (overflow.kind === 'unknown') return overflow;
  const inputs = named(question, overflow.inputs)
    .map(({ name, value }) => `${name} = ${value}`)
    .join(', ');
  return { kind: 'unknown', why: `a number may exceed 2^53 - 1 (${inputs}); bound it in @requires` };
}

/** Runs both versions with many inputs: it can refute, and never prove. */
function search(question: Question, count: number): { found: Counterexample | undefined; tried: number } {
  const domains = question.now.parameters.flatMap(({ domain }) => domain ?? []);
  const hints = hintsOf([question.old, question.now, question.requires, question.ensures]);
  const space: Space = { domains, whole: question.whole, hints };
  let tried = 0;
  for (const inputs of everyInput(space, mostExhaustive) ?? someInputs(space, count)) {
    const wrong = replay(question, inputs);
    if (wrong !== undefined) return { found: shown(question, inputs, wrong), tried };
    tried += 1;
  }
  return { found: undefined, tried };
}

function shown(question: Question, inputs: readonly Primitive[], { old, now }: Replay): Counterexample {
  return { inputs: named(question, inputs), old: old && outcomeText(old), new: outcomeText(now) };
}

function named({ now }: Question, inputs: readonly Primitive[]) {
  return now.parameters.map(({ name }, at) => ({ name: name.slice(0, 100), value: text(inputs[at]) }));
}

function outcomeText(outcome: Outcome): string {
  return outcome.kind === 'throws' ? `throws ${outcome.error}`.slice(0, 300) : text(outcome.value);
}

function text(value: Primitive): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(0, 300);
  return Object.is(value, -0) ? '-0' : String(value);
}
