import { hostileObjectIn } from '../../domain/npm/hostile-json.ts';
import { isSourcePath } from '../../domain/path-kinds.ts';
import { isTestFile } from '../../domain/test-file.ts';

export const testRunners = ['node', 'vitest', 'jest', 'mocha', 'ava', 'tap'] as const;
export type TestRunner = (typeof testRunners)[number];

/** How a test is written, and where, so that the project's own command finds it. */
export type TestForm = {
  readonly runner: TestRunner;
  /** Without what tells this test from others. */
  readonly path: { readonly before: string; readonly after: string };
  readonly isModule: boolean;
  readonly isTyped: boolean;
  /** How files in TypeScript are asked for. */
  readonly endings: 'ts' | 'js' | 'none';
  /** Of a runner that gives it to each file, unless that is switched off and tests import it. */
  readonly global: 'it' | 'test';
  readonly isGlobalImported: boolean;
};

/** Whatever the project's runner is, this one is there; whether its own command finds the file is another question. */
export const ownForm: TestForm = {
  ...{ runner: 'node', isModule: true, isTyped: false, endings: 'ts', global: 'test' },
  isGlobalImported: false,
  path: { before: 'autoland-crash-', after: '.test.mjs' },
};

const most = 5;

/** Tests of the project that another one may be written after: those of the file itself, then those that are near. */
export function modelTests(paths: readonly string[], file: string): readonly string[] {
  const tests = paths.filter((path) => isSourcePath(path) && isTestFile(path) && !isHelper(path));
  const stem = stemOf(file);
  const cost = (path: string) => (stemOf(path) === stem ? 0 : 100) + distance(path, file);
  return tests.toSorted((one, other) => cost(one) - cost(other)).slice(0, most);
}

const isHelper = (path: string) =>
  /(^|\/)(node_modules|fixtures?|support|helpers?|utils?|__mocks__|__snapshots__|snapshots)\//i.test(path) ||
  /\.(config|setup|workspace)\.[^/]+$|\.d\.[cm]?ts$/i.test(path);

const affixes = /[._-](tests?|specs?)$|^(tests?|specs?)[._-]/i;
const baseOf = (path: string) => path.split('/').at(-1) ?? '';
const stemOf = (path: string) =>
  baseOf(path)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(affixes, '');

function distance(one: string, other: string): number {
  const [here, there] = [one.split('/').slice(0, -1), other.split('/').slice(0, -1)];
  const differs = here.findIndex((part, at) => part !== there[at]);
  const shared = differs === -1 ? here.length : differs;
  return here.length + there.length - 2 * shared;
}

export type ModelTest = { readonly path: string; readonly text: string };

/** undefined: nobody can say with which runner it runs, or how one beside it would be named. */
export function formOf(model: ModelTest, manifest: string): TestForm | undefined {
  const runner = importedRunner(model.text) ?? globalRunner(model.text, manifest);
  const path = pathBeside(model.path);
  if (runner === undefined || path === undefined) return undefined;
  return {
    ...{ runner, path, isModule: isModule(model, manifest), isTyped: /\.[cm]?ts$/.test(path.after) },
    endings: endingsOf(model.text),
    global: /^\s*it\s*\(/m.test(model.text) ? 'it' : 'test',
    isGlobalImported: importedRunner(model.text) === 'jest',
  };
}

function endingsOf(text: string): TestForm['endings'] {
  const [, name = ''] = /(?:from|require\(|import\()\s*['"](\.{1,2}\/[^'"]+)['"]/.exec(text) ?? [];
  if (/\.[cm]?tsx?$/.test(name)) return 'ts';
  return /\.[cm]?jsx?$/.test(name) ? 'js' : 'none';
}

const packages: readonly (readonly [TestRunner, string])[] = [
  ['node', 'node:test'],
  ['vitest', 'vitest'],
  ['jest', '@jest/globals'],
  ['ava', 'ava'],
  ['tap', 'tap'],
];

function importedRunner(text: string): TestRunner | undefined {
  const asks = (name: string) =>
    new RegExp(`(?:from\\s+|require\\(\\s*|import\\s+)['"]${name.replace('/', '\\/')}['"]`).test(text);
  return packages.find(([, name]) => asks(name))?.[0];
}

/** Those that need no import: by what the scripts call, then by what is installed. */
function globalRunner(text: string, manifest: string): TestRunner | undefined {
  if (!/^\s*(describe|it|test|suite)\s*\(/m.test(text)) return undefined;
  const { scripts, devDependencies, dependencies } = manifestOf(manifest);
  const named = (['jest', 'vitest', 'mocha'] as const).filter(
    (name) => name in devDependencies || name in dependencies,
  );
  const script = String(scripts.test ?? '');
  return (
    named.find((name) => new RegExp(`\\b_?${name}\\b`).test(script)) ??
    (named.length === 1 ? named[0] : undefined)
  );
}

type Manifest = Readonly<
  Record<'scripts' | 'devDependencies' | 'dependencies', object & { test?: unknown }>
> & {
  readonly type: unknown;
};

/** Hostile text: what is not as it should be is as if it were not there. */
function manifestOf(text: string): Manifest {
  const all = hostileObjectIn(text) ?? {};
  const part = (name: string) => (typeof all[name] === 'object' && all[name] !== null ? all[name] : {});
  return {
    scripts: part('scripts'),
    devDependencies: part('devDependencies'),
    dependencies: part('dependencies'),
    type: all.type,
  };
}

/** By its own syntax: transformers take `import` in files that Node would not. */
function isModule({ path, text }: ModelTest, manifest: string): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.c[jt]s$/.test(path)) return false;
  if (/^\s*(import|export)\b(?!\s*\()/m.test(text)) return true;
  return !/\brequire\s*\(/.test(text) && manifestOf(manifest).type === 'module';
}

/** Named as the model is, and found by what finds the model. */
function pathBeside(path: string): TestForm['path'] | undefined {
  const base = baseOf(path);
  const folder = path.slice(0, path.length - base.length);
  const [, stem = '', affix = '', ext = ''] =
    /^(.*?)([._-](?:tests?|specs?))?(\.[cm]?[jt]sx?)$/i.exec(base) ?? [];
  if (ext === '' || stem === '') return undefined;
  const found = { before: `${folder}${stem}-crash-`, after: `${affix}${ext.replace(/x$/, '')}` };
  return isTestFile(`${found.before}0${found.after}`) ? found : undefined;
}
