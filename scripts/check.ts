/** Everything that must hold before a change is taken: types, lint, format, import rules, tests. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const reports = mkdtempSync(join(tmpdir(), 'autoland-check-'));

type Step = { readonly name: string; readonly argv: readonly string[]; readonly report?: string };

/** What was found of files that have not changed since. */
const known = join(root, 'node_modules', '.cache', 'types.tsbuildinfo');

const rules: readonly Step[] = [
  { name: 'types', argv: ['tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', known] },
  { name: 'lint and format', argv: ['biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'import rules',
    argv: ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'test', 'bench'],
  },
];

// Whole stories wait more than they work, so three at a time; not beside the others, which would starve them.
const parts = tests('parts', ['src', 'test/redteam', 'test/contracts']);
const stories = tests('stories', ['test/journeys', 'test/faults', '--maxWorkers=3']);

function tests(name: string, args: readonly string[]): Step {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, argv: ['vitest', 'run', ...args, ...reporters], report };
}

type Counts = { readonly numPassedTests: number; readonly numFailedTests: number };

function run({ argv }: Step): boolean {
  const [tool = '', ...rest] = argv;
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  return spawnSync(join(bin, tool), rest, { cwd: root, stdio: 'inherit', env }).status === 0;
}

/** A run without a report ran no test: that is a failure, not a pass. */
function read(report: string): Counts {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Counts;
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}

/** `--slow`: the stories that take too long for every change; names: only the tests below them. */
function plan(args: readonly string[]): readonly Step[] {
  if (args[0] === '--slow')
    return [tests('slow stories', ['.slow.', '--no-file-parallelism', ...args.slice(1)])];
  return args.length === 0 ? [...rules, parts, stories] : [...rules, tests('some', args)];
}

if (process.argv[2] === '--slow') process.env.AUTOLAND_SLOW = '1';
// Not needed: what it lacks is skipped, with the reason.
spawnSync(join(root, 'scripts', 'prometheus.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
const steps = plan(process.argv.slice(2));
const failed: string[] = [];
for (const step of steps) {
  console.log(`\n== ${step.name}`);
  if (!run(step)) failed.push(step.name);
}
const counts = steps.flatMap(({ report }) => (report === undefined ? [] : [read(report)]));
rmSync(reports, { recursive: true, force: true });
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
const sum = (of: (one: Counts) => number) => counts.reduce((total, one) => total + of(one), 0);
console.log(`${sum((one) => one.numPassedTests)} passed, ${sum((one) => one.numFailedTests)} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
