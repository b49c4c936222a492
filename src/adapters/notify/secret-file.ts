import { readFileSync } from 'node:fs';
import { AutolandError, messageOf } from '../../domain/errors.ts';

const largest = 8 * 1024;

/** One line of a file of this machine; read anew each time, so that it can be replaced. Rejects with `config.invalid`. */
export function readSecret(path: string, what: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').slice(0, largest).trim();
  } catch (cause) {
    throw new AutolandError('config.invalid', `expected ${what} in ${path}: ${messageOf(cause)}`, {
      mend: 'let the user that runs autoland read it',
      cause,
    });
  }
  if (text !== '' && !/[\r\n\0]/.test(text)) return text;
  const found = text === '' ? 'nothing' : 'several lines';
  throw new AutolandError('config.invalid', `expected ${what} in ${path}, found ${found}`, {
    mend: 'write it alone, in one line',
  });
}

/** Shorter ones can be found by trying. */
const fewestBytes = 24;

/** The key that messages are signed with: `whsec_` and base64, as Standard Webhooks has it, or any other text as it is. */
export function signingKey(path: string): Buffer {
  const text = readSecret(path, 'a signing secret');
  const key = text.startsWith('whsec_')
    ? Buffer.from(text.slice('whsec_'.length), 'base64')
    : Buffer.from(text);
  if (key.length >= fewestBytes) return key;
  throw new AutolandError(
    'config.invalid',
    `expected a signing secret of at least ${fewestBytes} bytes in ${path}, found ${key.length}`,
    { mend: 'make one: printf whsec_%s "$(openssl rand -base64 32)"' },
  );
}
