import { disableTypeChecks } from '@stryker-mutator/instrumenter';

/** Names that an instrumented file uses. */
export type SwitchNames = {
  /** Variable of the environment that holds the key of the mutant that is awake. */
  readonly awake: string;
  /** Variable that holds the path of a file, to which the keys of reached mutants are appended; absent: nobody asks. */
  readonly reached: string;
  /** What keys of this file's mutants begin with. */
  readonly prefix: string;
};

/** What StrykerJS's instrumenter calls, and would declare itself at the head of each file. */
const calls = { isAwake: 'stryMutAct_9fa48', reach: 'stryCov_9fa48' } as const;

/**
 * Gives an instrumented text its switches. They stand at the end, where function declarations are hoisted from: what must
 * come first in a file (a hash-bang, directives, comments for a test runner) stays first. Their names are new in each run,
 * so that a program cannot be written to behave while it is tested. undefined: the text uses StrykerJS's names itself.
 */
export async function addSwitches(
  file: { readonly name: string; readonly source: string; readonly instrumented: string },
  names: SwitchNames,
): Promise<string | undefined> {
  if (Object.values(calls).some((call) => file.source.includes(call))) return undefined;
  const [isAwake, reach] = [`${names.awake}_a`, `${names.awake}_r`];
  const content = file.instrumented.replaceAll(calls.isAwake, isAwake).replaceAll(calls.reach, reach);
  const text = `${content}\n${declarations({ ...names, isAwake, reach })}`;
  // Faults have other types than what they replace, and the project's build may look at types.
  const unchecked = await disableTypeChecks(
    { name: file.name, content: text, mutate: true },
    { plugins: null },
  );
  return unchecked.content;
}

/** Runs wherever the file runs: as a script or a module, in a context of jest or vitest, and where there is no `process`. */
function declarations(names: SwitchNames & { readonly isAwake: string; readonly reach: string }): string {
  const { isAwake, reach, prefix } = names;
  // A local `process` may not be there yet when the first switch is asked.
  const read = (name: string) =>
    `globalThis.process && globalThis.process.env ? globalThis.process.env[${JSON.stringify(name)}] : undefined`;
  return `;function ${isAwake}(id) {
  var awake = ${read(names.awake)};
  ${isAwake} = function (id) { return awake === ${JSON.stringify(prefix)} + id; };
  return ${isAwake}(id);
}
function ${reach}() {
  var file = ${read(names.reached)}, seen = {};
  ${reach} = file === undefined ? function () {} : function () {
    for (var at = 0; at < arguments.length; at++) {
      if (seen[arguments[at]]) continue;
      seen[arguments[at]] = true;
      try { globalThis.process.getBuiltinModule('node:fs').appendFileSync(file, ${JSON.stringify(prefix)} + arguments[at] + '\\n'); } catch {}
    }
  };
  ${reach}.apply(null, arguments);
}
`;
}
