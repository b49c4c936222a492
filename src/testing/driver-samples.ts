import { boundaryFaults } from '../domain/boundary-mutation.ts';
import type { Driver } from '../domain/driver.ts';
import type { DriverRunner, DriverTrial } from '../ports/driver-runner.ts';
import { dropOf, runsOnBase } from '../stages/2-guardrails/drivers/admit.ts';
import type { TempGit, TestFiles } from './temp-git.ts';

/** A package whose new version pads on the other side, where nobody's tests look. */
export const padOld = `exports.pad = (text, width = 4) => text.padEnd(width, '.');
exports.size = (text) => text.length;
exports.when = () => 'at ' + process.hrtime.bigint();`;
export const padNew = padOld.replace("padEnd(width, '.')", "padEnd(width, width > 8 ? '_' : '.')");

export const padFiles = (version: string, body: string): TestFiles => ({
  'node_modules/pad/package.json': JSON.stringify({ name: 'pad', version }),
  'node_modules/pad/index.js': body,
});

/** They call `pad`, and look at little of what it answers. */
export const padTests: TestFiles = {
  'test/a.test.cjs': `const { test } = require('node:test'), assert = require('node:assert'), { pad } = require('pad');
test('it pads', () => { assert.equal(typeof pad('a'), 'string'); });`,
};

const cjs = (body: string): Driver => ({
  format: 'cjs',
  text: `const { test } = require('node:test'), assert = require('node:assert/strict'), lib = require('pad');
test('driver', async () => { ${body} });`,
});

/** What no first look at the text finds. */
const hidden = (body: string): Driver =>
  cjs(`assert.equal(lib.pad('a'), 'a...');
  const all = (function () { return this; })(), own = all['pro' + 'cess'], load = own['getBuiltin' + 'Module'];
  ${body}`);

/** One that finds the difference, and one for each reason to drop another; they can all be told by what they are called. */
export const driverSamples = {
  good: cjs(`assert.equal(lib.pad('a'), 'a...'); assert.equal(lib.pad('abc', 10).length, 10);`),
  asserting: cjs(`assert.equal(lib.pad('a'), 'a...'); assert.equal(lib.pad('abc', 10), 'abc.......');`),
  esm: {
    format: 'esm',
    text: `import { test } from 'node:test';
import assert from 'node:assert/strict';
import lib from 'pad';
test('driver', () => { assert.equal(lib.pad('a', 3), 'a..'); });`,
  },
  flaky: cjs(`assert.equal(lib.pad('a'), 'a...'); assert.equal(typeof lib.when(), 'string');`),
  failing: cjs(`assert.equal(lib.pad('a'), 'b');`),
  unnoticing: cjs(`try { lib.pad('a'); } catch {} assert.equal(lib.size('abc'), 3);`),
  /** It looks whether some fault is made, and at none of them. */
  sly: cjs(`try { lib.pad('a'); } catch {}
  const [, kit] = /--import=(\\S+\\/)/.exec(process.env.NODE_OPTIONS);
  assert.doesNotMatch(require('node:fs').readFileSync(kit + 'settings.json', 'utf8'), /disturb/);`),
  endless: cjs(`lib.pad('a'); for (;;);`),
  network: hidden(`try { await all['fet' + 'ch']('http://127.0.0.1:1234/'); } catch {}`),
  secrets: hidden(`try { load('fs').readFileSync('/root/.npmrc'); } catch {}`),
  writing: hidden(`try { load('fs').writeFileSync('/var/left-behind', '1'); } catch {}`),
  overwriting: hidden(`load('fs').appendFileSync('node_modules/pad/index.js', '// more');`),
  starting: hidden(`load('child_process').spawnSync('/bin/true');`),
} as const satisfies Readonly<Record<string, Driver>>;

export type SampleName = keyof typeof driverSamples;

type Over = Partial<DriverTrial> & { readonly sides?: Parameters<DriverRunner['run']>[1] };

/** Tries these samples with the old and the new `pad`, or whatever else is said, as the guardrail does. */
export async function tryDrivers(
  runner: DriverRunner,
  git: TempGit,
  names: readonly SampleName[],
  { sides = padSides(git), ...over }: Over = {},
) {
  const trials = await runner.run({ install: null, build: null }, sides, {
    drivers: names.map((name) => driverSamples[name]),
    watched: { packages: ['pad'], modules: [] },
    faults: {
      kind: 'boundary',
      mutants: boundaryFaults.map((fault) => ({ id: fault, package: 'pad', path: 'pad.pad', fault })),
    },
    runs: runsOnBase,
    secondsEach: 60,
    seconds: 300,
    isDropped: (evidence, idle) => dropOf(evidence, idle) !== undefined,
    ...over,
  });
  if (trials.kind !== 'tried') throw new Error(`found ${JSON.stringify(trials)}`);
  return trials;
}

function padSides(git: TempGit) {
  const base = git.commit('main', { 'package.json': '{}', ...padFiles('1.0.0', padOld) });
  return { base, head: git.commit('topic', padFiles('1.0.1', padNew), base) };
}
