import { AutolandError, messageOf } from '../../domain/errors.ts';
import { readSecretFile } from '../runtime/files.ts';

/** One line of a file of this machine; read anew each time, so that it can be replaced. Rejects with `config.invalid`. */
export function readSecret(path: string, what: string): string {
  let text: string;
  try {
    text = readSecretFile(path).trim();
  } catch (cause) {
    throw new AutolandError('config.invalid', `expected ${what} in ${path}: ${messageOf(cause)}`, {
      mend: 'let the user that runs autoland read it, as a file',
      cause,
    });
  }
  if (text !== '' && !/[\r\n\0]/.test(text)) return text;
  const found = text === '' ? 'nothing' : 'several lines';
  throw new AutolandError('config.invalid', `expected ${what} in ${path}, found ${found}`, {
    mend: 'write it alone, in one line',
  });
}

/** Node would pass over what is none, and sign with another key than the receiver verifies with. */
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Shorter ones can be found by trying. */
const fewestBytes = 24;

/** The key that messages are signed with: `whsec_` and base64, as Standard Webhooks has it, or any other text as it is. */
export function signingKey(path: string): Buffer {
  const text = readSecret(path, 'a signing secret');
  if (text.startsWith('whsec_') && !base64.test(text.slice('whsec_'.length)))
    throw new AutolandError(
      'config.invalid',
      `expected base64 behind whsec_ in ${path}, found something else`,
      { mend: 'make one: printf whsec_%s "$(openssl rand -base64 32)"' },
    );
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
