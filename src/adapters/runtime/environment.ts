import { AutolandError, messageOf } from '../../domain/errors.ts';
import { readSecretFile } from './files.ts';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Rejects with `config.invalid` what cannot be an environment. */
export function checkedVariables(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const bad = Object.entries(variables).find(([name, value]) => !VARIABLE.test(name) || value.includes('\0'));
  if (bad === undefined) return variables;
  throw new AutolandError(
    'config.invalid',
    `${JSON.stringify(bad[0])} is no environment variable that can be set`,
  );
}

/** By name, without the last line's end. Rejects with `config.invalid` when one cannot be read. */
export function readSecrets(files: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(checkedVariables(files)).map(([name, path]) => {
    try {
      return [name, readSecretFile(path).replace(/\r?\n$/, '')] as const;
    } catch (cause) {
      throw new AutolandError(
        'config.invalid',
        `expected the secret ${name} in ${path}: ${messageOf(cause)}`,
        { mend: 'let the user that runs autoland read it, as a file', cause },
      );
    }
  });
  return Object.fromEntries(entries);
}
