/**
 * Asks a probe in the folder that is the current one, where the client and its packages stand: what the client answers
 * to each question, as JSON on standard output. A process of its own: versions of a package do not meet, and what one
 * does to the prototype of all objects ends with it.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

type Probe = (client: unknown) => Record<string, () => unknown>;

const folder = process.cwd();
const entry = ['index.mjs', 'index.js'].map((file) => join(folder, file)).find((file) => existsSync(file));
if (entry === undefined) throw new Error(`no client in ${folder}`);
const loaded = (await import(pathToFileURL(entry).href)) as { default?: unknown };
const probe = createRequire(join(folder, 'index.js'))('./probe.js') as Probe;

const answers: Record<string, string> = {};
for (const [question, ask] of Object.entries(probe(loaded.default ?? loaded))) {
  try {
    answers[question] = inspect(await ask(), { depth: 20, breakLength: Number.POSITIVE_INFINITY });
  } catch (error) {
    // The message may hold the port of a server.
    answers[question] =
      `throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
process.stdout.write(JSON.stringify(answers));
process.exit();
