/**
 * `npm run bench` runs every benchmark of this folder, one line of JSON each; `npm run bench -- NAME [ARGS]` runs one.
 * A benchmark is a file that prints one JSON object; its name is the file's.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts' && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

const [wanted, ...args] = process.argv.slice(2);
if (wanted !== undefined && !names.includes(wanted)) {
  process.stderr.write(`bench: expected one of ${names.join(', ')}, found ${JSON.stringify(wanted)}\n`);
  process.exitCode = 2;
} else {
  const failed = (wanted === undefined ? names : [wanted]).filter((name) => !run(name, args));
  if (failed.length > 0) {
    process.stderr.write(`bench: failed: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}

function run(name: string, given: readonly string[]): boolean {
  const file = join(import.meta.dirname, `${name}.ts`);
  const { status, stdout } = spawnSync(process.execPath, [file, ...given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  // What failed may still have measured something.
  if (stdout !== '') process.stdout.write(`${JSON.stringify(named(name, JSON.parse(stdout)))}\n`);
  return status === 0;
}

function named(name: string, figures: Record<string, unknown>): Record<string, unknown> {
  return { bench: name, ...figures };
}
