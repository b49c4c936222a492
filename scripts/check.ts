/** Everything that must hold before a change is taken: types, lint, format, import rules, tests. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const reports = mkdtempSync(join(tmpdir(), 'autoland-check-'));
const testReport = join(reports, 'tests.json');

const steps = [
  { name: 'types', argv: ['tsc', '-p', '.'] },
  { name: 'lint and format', argv: ['biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'import rules',
    argv: ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'test', 'bench'],
  },
  {
    name: 'tests',
    argv: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${testReport}`],
  },
];

type TestReport = { numPassedTests: number; numFailedTests: number; numPendingTests: number };

function run(argv: readonly string[]): boolean {
  const [tool = '', ...rest] = argv;
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  return spawnSync(join(bin, tool), rest, { cwd: root, stdio: 'inherit', env }).status === 0;
}

function readReport(): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(testReport, 'utf8')) as TestReport;
  } catch {
    return undefined;
  }
}

const filters = process.argv.slice(2);
const failed: string[] = [];
for (const { name, argv } of steps) {
  console.log(`\n== ${name}`);
  if (!run(name === 'tests' ? [...argv, ...filters] : argv)) failed.push(name);
}
const report = readReport();
rmSync(reports, { recursive: true, force: true });
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
// A run without a report ran no test: that is a failure, not a pass.
console.log(`${report?.numPassedTests ?? 0} passed, ${report?.numFailedTests ?? 1} failed`);
process.exitCode = failed.length === 0 && report !== undefined ? 0 : 1;
