import { posix } from 'node:path';
import type { CrashCall, ReproducingTest } from '../../domain/crash-fix.ts';
import { isName, literal } from './literal.ts';
import { ownForm, type TestForm, type TestRunner } from './test-form.ts';

/** What is called, as its file has it. */
export type Subject = { readonly call: CrashCall; readonly isModule: boolean; readonly text: string };

/** A test that makes the call again, in the form of one of the project's own. */
export function testOfCall(signature: string, subject: Subject, form: TestForm = ownForm): ReproducingTest {
  const short = signature.replaceAll(/[^0-9a-f]/g, '').slice(0, 12);
  const path = `${form.path.before}${short}${form.path.after}`;
  const name = `the call of crash ${short} ends without an error`;
  const body = bodies[form.runner]({ form, name, call: callText(subject, form) });
  const text = `${header(path, subject, form)}\n${body}`;
  // With others there may be the name of a file in front of it.
  return {
    files: new Map([[path, text]]),
    command: commandOf(form.runner, path),
    names: form.runner === 'node' ? [name] : null,
    title: name,
  };
}

type Parts = { readonly form: TestForm; readonly name: string; readonly call: string };

const plain =
  (word: (form: TestForm) => string) =>
  ({ form, name, call }: Parts) =>
    `${word(form)}(${JSON.stringify(name)}, async () => {\n  await ${call};\n});\n`;

const bodies: Readonly<Record<TestRunner, (parts: Parts) => string>> = {
  node: plain(() => 'test'),
  vitest: plain(() => 'test'),
  jest: plain(({ global }) => global),
  mocha: plain(({ global }) => global),
  ava: ({ name, call }) =>
    `test(${JSON.stringify(name)}, async (t) => {\n  await t.notThrowsAsync(async () => ${call});\n});\n`,
  tap: ({ name, call }) =>
    `t.test(${JSON.stringify(name)}, async (t) => {\n  await ${call};\n  t.pass();\n});\n`,
};

const imports: Readonly<Record<TestRunner, readonly [name: string, from: string] | undefined>> = {
  node: ['{ test }', 'node:test'],
  vitest: ['{ test }', 'vitest'],
  // Only where that is how its tests have it.
  jest: ['{ it, test }', '@jest/globals'],
  mocha: undefined,
  ava: ['test', 'ava'],
  tap: ['t', 'tap'],
};

function header(path: string, { call, isModule }: Subject, form: TestForm): string {
  const from = posix.relative(posix.dirname(path), call.file);
  const file = endedAs(from.startsWith('.') ? from : `./${from}`, form);
  // Of a module of the older kind that is all that it exports, whatever of it can be told from outside.
  const whole = isModule ? '* as subject' : 'subject';
  const isNeeded = form.runner !== 'jest' || form.isGlobalImported;
  const runner = isNeeded ? imports[form.runner] : undefined;
  const needs = [runner, [form.isModule ? whole : 'subject', file]] as const;
  const lines = needs.flatMap((one) => {
    if (one === undefined) return [];
    const [name, module] = [one[0], JSON.stringify(one[1])];
    return form.isModule ? [`import ${name} from ${module};`] : [`const ${name} = require(${module});`];
  });
  return `${lines.join('\n')}\n`;
}

function endedAs(file: string, { endings, isTyped }: TestForm): string {
  if (!isTyped || !/\.[cm]?tsx?$/.test(file) || endings === 'ts') return file;
  return endings === 'none' ? file.replace(/\.[cm]?tsx?$/, '') : file.replace(/\.([cm]?)tsx?$/, '.$1js');
}

/** DANGER: names and arguments may be a stranger's. They stand in it as names by their letters, or as JSON. */
function callText({ call, isModule, text }: Subject, form: TestForm): string {
  const { steps, args } = call;
  const [first] = steps;
  const isDefault = isModule && first !== 'default' && (first === undefined || !isExported(text, first));
  const all = isDefault ? ['default', ...steps] : steps;
  const target = all.reduce(
    (so, step) => (isName(step) ? `${so}.${step}` : `${so}[${JSON.stringify(step)}]`),
    'subject',
  );
  const list = args.map(literal).join(', ');
  // What crashed is what its types forbid.
  return form.isTyped
    ? `${target}(...([${list}] as unknown as Parameters<typeof ${target}>))`
    : `${target}(${list})`;
}

/** By its text: where that misleads, the test does not fail by the crash, and is not taken. */
function isExported(text: string, name: string): boolean {
  const word = name.replaceAll(/[^\w]/g, '\\$&');
  return new RegExp(
    `\\bexport\\s+(?:async\\s+)?(?:function\\*?|const|let|var|class)\\s+${word}\\b|\\bexport\\s*\\{[^}]*\\b${word}\\b`,
  ).test(text);
}

/** Runs it alone; with `mocha` what its settings name runs too. */
function commandOf(runner: TestRunner, path: string): readonly [string, ...string[]] {
  const bin = `node_modules/.bin/${runner}`;
  switch (runner) {
    case 'node':
    case 'tap':
      return ['node', path];
    case 'vitest':
      return [bin, 'run', path, '--reporter=tap-flat'];
    case 'jest':
      return [bin, '--runTestsByPath', path];
    case 'mocha':
      return [bin, '--reporter', 'tap', path];
    case 'ava':
      return [bin, '--tap', path];
  }
}
