import { readFile } from 'node:fs/promises';
import { parseConfig } from '../../config/config.ts';
import type { Config } from '../../config/schema.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';

/** A configuration that a person names; rejects with `usage` where there is none. */
export async function configAtPath(file: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AutolandError('usage', `expected a configuration at ${file}: ${messageOf(cause)}`, {
      mend: 'name an autoland.yaml',
      cause,
    });
  });
  return parseConfig(text, file);
}
