/** Everything that must hold before a change is taken: types, lint, format, import rules, tests. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

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

// Parts and stories wait for a third of their time, so one more than there are processors; where processes start slowly they do not,
// and would starve each other. Not all at once: the parts would starve the stories.
const workers = `--maxWorkers=${availableParallelism() + (startMs() < 60 ? 1 : 0)}`;
const parts = tests('parts', ['src', 'test/redteam', 'test/contracts', 'bench', workers]);
const stories = tests('stories', ['test/journeys', 'test/faults', workers]);

/** Of the Node that runs this, at best. */
function startMs(): number {
  const took = Array.from({ length: 5 }, () => {
    const started = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - started;
  });
  return Math.min(...took);
}

function tests(name: string, args: readonly string[]): Step {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, argv: ['vitest', 'run', ...args, ...reporters], report };
}

/** Of vitest's report what is told: https://vitest.dev/guide/reporters#json-reporter */
type Report = { readonly numPassedTests: number; readonly testResults: readonly FileResult[] };
type FileResult = {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly TestResult[];
};
type TestResult = {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages: readonly string[] | null;
};

if (process.argv[2] === '--slow') process.env.AUTOLAND_SLOW = '1';
const options = { cwd: root, env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` } };

function run({ name, argv }: Step): boolean {
  const [tool = '', ...rest] = argv;
  console.log(`\n== ${name}`);
  return spawnSync(join(bin, tool), rest, { ...options, stdio: 'inherit' }).status === 0;
}

/** With the others at once: each keeps about one processor busy. What it says is told when it has ended. */
function runBeside({ name, argv }: Step): Promise<boolean> {
  const [tool = '', ...rest] = argv;
  return new Promise((resolve) => {
    execFile(join(bin, tool), rest, { ...options, maxBuffer: Infinity }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}` || (error?.message ?? '');
      console.log(`\n== ${name}\n${said}`.trimEnd());
      resolve(error === null);
    });
  });
}

type Found = { readonly passed: number; readonly failures: readonly string[] };

/** A run without a report ran no test: that is a failure, not a pass. */
function read(report: string): Found {
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return { passed: numPassedTests, failures: testResults.flatMap(failuresOf) };
  } catch (error) {
    return { passed: 0, failures: [`\n== failed: no report of the tests\n${String(error)}`] };
  }
}

/** A test each, or what could not be loaded: in words, for the end of a run of thousands of lines, where people look first. */
function failuresOf({ name, status, message, assertionResults }: FileResult): string[] {
  if (status !== 'failed') return [];
  const tests = assertionResults.filter((test) => test.status === 'failed');
  const told = tests.map((test) => [test.fullName, ...(test.failureMessages ?? [])].join('\n'));
  return (told.length === 0 ? [message || 'before or after its tests'] : told).map(
    (text) => `\n== failed: ${relative(root, name)}\n${head(text)}`,
  );
}

const head = (text: string) => stripVTControlCharacters(text).split('\n').slice(0, 30).join('\n');

type Plan = { readonly rules: readonly Step[]; readonly tests: readonly Step[] };

/** `--slow`: the stories that take too long for every change; names: only the tests below them. */
function plan(args: readonly string[]): Plan {
  if (args[0] === '--slow')
    return {
      rules: [],
      tests: [tests('slow stories', ['.slow.', '--no-file-parallelism', ...args.slice(1)])],
    };
  return { rules, tests: args.length === 0 ? [parts, stories] : [tests('some', args)] };
}

// Not needed: what it lacks is skipped, with the reason.
spawnSync(join(root, 'scripts', 'prometheus.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
const planned = plan(process.argv.slice(2));
const kept = await Promise.all(planned.rules.map(runBeside));
const broken = planned.rules.filter((_, at) => kept[at] !== true);
const failed = [...broken, ...planned.tests.filter((step) => !run(step))].map(({ name }) => name);
const found = planned.tests.flatMap(({ report }) => (report === undefined ? [] : [read(report)]));
rmSync(reports, { recursive: true, force: true });
const failures = found.flatMap((one) => one.failures);
for (const text of failures) console.log(text);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
const passed = found.reduce((total, one) => total + one.passed, 0);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
