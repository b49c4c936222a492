import type { Row } from '../../judge-eval/row.ts';
import type { Tree } from '../../judge-eval/trees.ts';
import { encode } from './encode.ts';
import { Realm } from './realm.ts';

/** A head that should not end is given this long: it would take years. */
const endlessMs = 60;
const endless = encode({ throws: 'Endless' });
const fewestInputs = 8;

type Check = {
  readonly see: (input: unknown) => unknown;
  readonly inputs: readonly unknown[];
  /** [input, the base's answer, the head's answer] */
  readonly pairs: readonly (readonly [unknown, string, string])[];
  readonly holds: (() => unknown) | undefined;
};

/** What is wrong with a row; []: running both sides shows what the label says. */
export async function prove(row: Row, answerMs: number): Promise<readonly string[]> {
  const sides: readonly (readonly [string, Tree])[] = [
    ['base', row.base],
    ['head', row.head],
    ...(row.twin === undefined ? [] : [['twin', row.twin] as const]),
  ];
  const seen = new Map<string, Side>();
  for (const [name, tree] of sides) seen.set(name, await look(row, { name, tree, answerMs }));
  const [base, head, twin] = [seen.get('base'), seen.get('head'), seen.get('twin')];
  if (base === undefined || head === undefined) return ['a side is missing'];
  return [
    ...problemsOfPairs(row, base, head),
    ...problemsOfInputs(row, base, head),
    ...(twin === undefined ? [] : problemsOfTwin(head, twin)),
    ...(head.holds === true ? await problemsOfClaim(row, answerMs) : []),
    ...row.changed
      .filter((path) => !base.touched.has(path) && !head.touched.has(path))
      .map((path) => `its check never loads ${path}`),
  ];
}

type Side = {
  readonly inputs: readonly string[];
  readonly pairs: readonly { readonly expected: readonly [string, string]; readonly got: string }[];
  /** undefined: the check claims nothing of this sort. */
  readonly holds: boolean | undefined;
  readonly touched: ReadonlySet<string>;
};

type Looked = { readonly name: string; readonly tree: Tree; readonly answerMs: number };

async function look(row: Row, { name, tree, answerMs }: Looked): Promise<Side> {
  const realm = new Realm(tree, answerMs);
  const check = readCheck(row, await realm.load(row.check));
  const inputs: string[] = [];
  for (const input of check.inputs) inputs.push(await observe(realm, check, input));
  const pairs: Side['pairs'][number][] = [];
  for (const [input, base, head] of check.pairs) {
    realm.limitMs = (name === 'base' ? base : head) === endless ? endlessMs : answerMs;
    pairs.push({ expected: [base, head], got: await observe(realm, check, input) });
    realm.limitMs = answerMs;
  }
  // What is said to hold may be what the change mends.
  const holds = check.holds === undefined || name === 'base' ? undefined : (await check.holds()) === true;
  return { inputs, pairs, holds, touched: realm.touched };
}

async function observe(realm: Realm, { see }: Check, input: unknown): Promise<string> {
  try {
    return encode(await realm.ends(() => see(input)));
  } catch (error) {
    // Of the row's own realm, so `instanceof` says nothing.
    const named = typeof error === 'object' && error !== null && 'name' in error;
    return encode({ throws: String(named ? error.name : error) });
  }
}

function readCheck(row: Row, exported: Readonly<Record<string, unknown>>): Check {
  const { see, inputs = [], harms = [], mends = [], holds, ...others } = exported;
  const strange = Object.keys(others);
  if (strange.length > 0)
    throw new Error(`its check exports ${strange.join(', ')}: not see, inputs, harms, mends or holds`);
  if (row.label === 'object' && (mends as readonly unknown[]).length > 0)
    throw new Error('label object mends nothing: use harms');
  if (row.label !== 'object' && (harms as readonly unknown[]).length > 0)
    throw new Error('label no-objection does no harm: use mends');
  const pairs = [...(harms as Iterable<readonly unknown[]>), ...(mends as Iterable<readonly unknown[]>)];
  return {
    see: (typeof see === 'function' ? see : () => undefined) as Check['see'],
    inputs: [...(inputs as Iterable<unknown>)],
    pairs: pairs.map(([input, base, head]) => [input, encode(base), encode(head)] as const),
    holds: typeof holds === 'function' ? (holds as () => unknown) : undefined,
  };
}

function problemsOfPairs(row: Row, base: Side, head: Side): readonly string[] {
  const problems: string[] = [];
  if (row.label === 'object' && head.pairs.length === 0) problems.push('label object: no input shows a harm');
  for (const [at, { expected, got }] of head.pairs.entries()) {
    const before = base.pairs[at]?.got;
    if (before !== expected[0])
      problems.push(`pair ${at}: expected of the base ${expected[0]}, found ${before}`);
    if (got !== expected[1]) problems.push(`pair ${at}: expected of the head ${expected[1]}, found ${got}`);
    if (expected[0] === expected[1]) problems.push(`pair ${at}: base and head are said to answer the same`);
  }
  return problems;
}

function problemsOfInputs(row: Row, base: Side, head: Side): readonly string[] {
  const problems = head.inputs.flatMap((got, at) =>
    got === base.inputs[at] ? [] : [`input ${at}: the base answers ${base.inputs[at]}, the head ${got}`],
  );
  if (head.holds === false) problems.push('what it says holds does not, in the head');
  if (row.label === 'object') return problems;
  // A check that always sees the same could not see a difference.
  if (head.holds === undefined && head.inputs.length < fewestInputs)
    problems.push(`expected ${fewestInputs} inputs that are answered alike, found ${head.inputs.length}`);
  if (head.inputs.length > 0 && new Set(head.inputs).size < 2)
    problems.push('every input is answered the same');
  return problems;
}

/** A claim that holds of an empty document, or of code as it was, says nothing of the change. */
async function problemsOfClaim(row: Row, answerMs: number): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const path of row.changed) {
    const before = /\.[cm]?[jt]s$/.test(path) ? (row.base[path] ?? '') : '';
    const tree = { ...row.head, [path]: before };
    const side = await look(row, { name: 'without', tree, answerMs }).catch(() => undefined);
    if (side?.holds === true) problems.push(`what it says holds would hold without the change of ${path}`);
  }
  return problems;
}

function problemsOfTwin(head: Side, twin: Side): readonly string[] {
  const answers = (side: Side) =>
    [...side.inputs, ...side.pairs.map(({ got }) => got), String(side.holds)].join('\n');
  return answers(head) === answers(twin)
    ? []
    : ['the text that speaks to a reviewer changes what the program does'];
}
