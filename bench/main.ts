/**
 * `npm run bench` runs every benchmark of this folder, one line of JSON each; `npm run bench -- NAME [ARGS]` runs one, and with
 * `--plot FILE` draws its figures, where `plots/` says how. A benchmark is a file that prints one JSON object; its name is the file's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chart, svgOf } from './support/chart.ts';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts' && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

const [wanted, ...rest] = process.argv.slice(2);
const { args, plot } = withoutPlot(rest);
const problem = problemWith();
if (problem !== undefined) {
  process.stderr.write(`bench: ${problem}\n`);
  process.exitCode = 2;
} else {
  const failed: string[] = [];
  for (const name of wanted === undefined ? names : [wanted]) if (!(await run(name))) failed.push(name);
  if (failed.length > 0) {
    process.stderr.write(`bench: failed: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}

function withoutPlot(all: readonly string[]): { args: readonly string[]; plot: string | undefined } {
  const at = all.indexOf('--plot');
  if (at === -1) return { args: all, plot: undefined };
  return { args: [...all.slice(0, at), ...all.slice(at + 2)], plot: all[at + 1] ?? '' };
}

function problemWith(): string | undefined {
  if (wanted !== undefined && !names.includes(wanted))
    return `expected one of ${names.join(', ')}, found ${JSON.stringify(wanted)}`;
  if (plot === undefined) return undefined;
  if (plot === '') return 'expected a file after --plot';
  return wanted === undefined || !existsSync(plotter(wanted))
    ? `--plot draws one of ${readdirSync(join(import.meta.dirname, 'plots'))
        .join(', ')
        .replaceAll('.ts', '')}`
    : undefined;
}

function plotter(name: string): string {
  return join(import.meta.dirname, 'plots', `${name}.ts`);
}

async function run(name: string): Promise<boolean> {
  const file = join(import.meta.dirname, `${name}.ts`);
  const { status, stdout } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (stdout === '') return status === 0;
  const figures = JSON.parse(stdout) as Record<string, unknown>;
  // What failed may still have measured something.
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
  if (plot !== undefined) {
    const { chartOf } = (await import(plotter(name))) as { chartOf(figures: unknown): Chart };
    writeFileSync(plot, svgOf(chartOf(figures)));
  }
  return status === 0;
}
