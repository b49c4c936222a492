import type { z } from 'zod';
import { AutolandError } from '../domain/errors.ts';
import { maskSecrets } from '../domain/mask.ts';
import { keysOf } from './json-schema.ts';
import { problemsIn } from './problems.ts';
import { readYaml } from './yaml.ts';

/** Reads what the operator of a machine wrote for it. Throws `config.invalid` with one line for each problem. */
export function parseMachineFile<Schema extends z.ZodObject>(
  schema: Schema,
  { text, fileName, guide }: { readonly text: string; readonly fileName: string; readonly guide: string },
): z.output<Schema> {
  const source = readYaml(text);
  const found = 'problems' in source ? undefined : schema.safeParse(source.value);
  if (found?.success === true) return found.data;
  const problems =
    'problems' in source ? source.problems : problemsIn(found?.error?.issues ?? [], source, keysOf(schema));
  const lines = problems.map(
    ({ line, column, path, message, mend }) =>
      `${fileName}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}; ${mend}`,
  );
  // A key may stand where the name of its file should.
  throw new AutolandError('config.invalid', maskSecrets(lines.join('\n'), []), {
    mend: `${guide} has what may stand there`,
  });
}
