import { Instrumenter, type InstrumenterOptions, type InstrumentResult } from '@stryker-mutator/instrumenter';
import type { InstrumentedFile, Mutant, MutationTarget } from '../../domain/mutation.ts';
import { addSwitches, type SwitchNames } from './switches.ts';

type StrykerMutant = InstrumentResult['mutants'][number];

const options: InstrumenterOptions = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true };
const shown = 300;
const maxMutants = 5_000;
const wholeLine = Number.MAX_SAFE_INTEGER;

/**
 * The file with its mutants in it; undefined: it does not parse as a module, or has more mutants than can be held.
 * Nothing of the text is run. DANGER: takes memory and time without bound on hostile text; call it in a child process only.
 */
export async function instrumentFile(
  target: MutationTarget,
  names: SwitchNames,
): Promise<InstrumentedFile | undefined> {
  // Babel looks for settings beside the file: by this name there is none.
  const name = `source${/\.[cm]?[jt]sx?$/i.exec(target.path)?.[0] ?? ''}`;
  // The instrumenter counts lines from 0.
  const mutate = target.lines.map(({ from, to }) => ({
    start: { line: from - 1, column: 0 },
    end: { line: to - 1, column: wholeLine },
  }));
  const result = await new Instrumenter(silent).instrument([{ name, content: target.text, mutate }], options);
  const instrumented = result.files[0]?.content;
  if (instrumented === undefined || result.mutants.length > maxMutants) return undefined;
  const text = await addSwitches({ name, source: target.text, instrumented }, names);
  const describe = describer(target, names.prefix);
  return text === undefined ? undefined : { path: target.path, text, mutants: result.mutants.map(describe) };
}

function describer({ path, text }: MutationTarget, prefix: string): (mutant: StrykerMutant) => Mutant {
  // As Babel counts them.
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  return ({ id, mutatorName, replacement, status, location: { start, end } }) => {
    const place = lines.slice(start.line, end.line + 1);
    const head = (place[0] ?? '').slice(0, start.column);
    const tail = (place.at(-1) ?? '').slice(end.column);
    const before = place.join('\n');
    const original = before.slice(head.length, before.length - tail.length);
    return {
      id: `${prefix}${id}`,
      path,
      line: start.line + 1,
      mutator: mutatorName,
      original: original.slice(0, shown),
      replacement: replacement.slice(0, shown),
      before: before.slice(0, shown),
      after: `${head}${replacement}${tail}`.slice(0, shown),
      silenced: status === 'Ignored',
    };
  };
}

const nothing = (): void => undefined;
const never = (): boolean => false;
const silent = {
  isTraceEnabled: never,
  isDebugEnabled: never,
  isInfoEnabled: never,
  isWarnEnabled: never,
  isErrorEnabled: never,
  isFatalEnabled: never,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
