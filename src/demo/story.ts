import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { trafficSchema } from './traffic/schema.ts';

const date = z.iso.datetime({ offset: true });
const inside = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'must be a path inside the folder of the story');

const storySchema = z.strictObject({
  /** The service's name in autoland. */
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1),
  /** Folder whose files become the repository. */
  service: inside,
  /** Folder of the in-house registry's packages. */
  packages: inside,
  /** The npm scope that the in-house registry serves. */
  scope: z.string().regex(/^@[a-z0-9-]+$/),
  /** `name@version` of every in-house version, and its publication date. */
  published: z.record(z.string(), date),
  /** Registries are read as they were then, so that the story stays the same. */
  registryAsOf: date,
  /** One line that removes the fault of an in-house version: for the demo's own test. */
  fault: z.strictObject({ file: inside, faultyLine: z.string(), fixedLine: z.string() }).optional(),
  /** How long it takes, in words; absent: not known. */
  lasts: z.string().min(1).optional(),
  /** Pages worth a look, shown to the person who runs the demo. */
  pages: z.array(z.strictObject({ path: z.string().startsWith('/'), title: z.string() })).default([]),
  traffic: trafficSchema,
});

/** A demo's manifest; `serviceDir` and `packagesDir` are absolute. */
export type Story = z.infer<typeof storySchema> & {
  readonly dir: string;
  readonly serviceDir: string;
  readonly packagesDir: string;
};

/**
 * Reads `<dir>/story.yaml`. Rejects with `config.missing` when it or a folder that it names is not there, with
 * `config.invalid` when it says something else than the schema.
 */
export async function loadStory(dir: string): Promise<Story> {
  const file = resolve(dir, 'story.yaml');
  const story = parseStory(file, await readText(file));
  const serviceDir = resolve(dir, story.service);
  const packagesDir = resolve(dir, story.packages);
  await mustBeFolder(serviceDir, `${file} names the service`);
  await mustBeFolder(packagesDir, `${file} names the packages`);
  if (story.fault !== undefined) await mustHoldOnce(join(dir, story.fault.file), story.fault.faultyLine);
  return { ...story, dir: resolve(dir), serviceDir, packagesDir };
}

function parseStory(file: string, text: string): z.infer<typeof storySchema> {
  try {
    return storySchema.parse(parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new AutolandError('config.invalid', `${file} is not a story: ${why}`, {
      mend: 'compare it with examples/storefront/story.yaml',
      cause,
    });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AutolandError('config.missing', `expected the manifest of a story at ${file}`, {
      mend: 'name a folder that holds story.yaml, such as examples/storefront',
      cause,
    });
  }
}

async function mustBeFolder(folder: string, who: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new AutolandError('config.missing', `${who} ${folder}, and there is no such folder`, {
    mend: 'mend the path',
  });
}

async function mustHoldOnce(file: string, line: string): Promise<void> {
  const text = await readText(file);
  const times = text.split('\n').filter((other) => other === line).length;
  if (times === 1) return;
  throw new AutolandError(
    'config.invalid',
    `${file} should hold the faulty line once, and holds it ${times} times`,
    {
      mend: 'let fault.faultyLine be a whole line of fault.file',
    },
  );
}
