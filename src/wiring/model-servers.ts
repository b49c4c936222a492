import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isErrno } from '../adapters/runtime/files.ts';
import { type ModelServerConfig, type ModelServers, parseModelServers } from '../config/model-servers.ts';
import type { ModelConfig } from '../config/models.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { ownUrls } from '../domain/model-provider.ts';
import { directory, type StateFiles } from './place.ts';

/** Where the machine says which model servers it has, and which key goes to which. */
export function modelServersFile({ models }: Pick<StateFiles, 'models'>): string {
  const { AUTOLAND_MODELS } = process.env;
  return AUTOLAND_MODELS === undefined ? models : resolve(directory('AUTOLAND_MODELS', AUTOLAND_MODELS));
}

/**
 * Read anew each time, so that it can be altered while autoland runs. It says where keys go, so nobody else may write it. No file:
 * no server. Rejects with `config.invalid` or `key.unsafe`.
 */
export async function readModelServers(file: string): Promise<ModelServers> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw new AutolandError('config.invalid', `expected model servers in ${file}: ${messageOf(cause)}`, {
      mend: 'let the user that runs autoland read it',
      cause,
    });
  });
  if (handle === undefined) return {};
  try {
    await mustBeOurs(handle, file);
    return parseModelServers(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

async function mustBeOurs(handle: FileHandle, file: string): Promise<void> {
  const { mode, uid } = await handle.stat();
  if (uid !== 0 && uid !== process.geteuid?.())
    throw new AutolandError(
      'key.unsafe',
      `expected ${file} to belong to this user or root, found owner ${uid}`,
      {
        mend: 'run as the owner, or chown it: who can write it can send a key anywhere',
      },
    );
  if ((mode & 0o022) !== 0)
    throw new AutolandError(
      'key.unsafe',
      `expected ${file} to be writable by its owner alone, found mode 0${(mode & 0o777).toString(8)}`,
      { mend: `chmod go-w ${file}: who can write it can send a key anywhere` },
    );
}

export type PlacedServer = ModelServerConfig & { readonly name: string; readonly url: string };

/** The server of a model. Throws `config.invalid` where the machine has none by that name, or it speaks otherwise. */
export function serverOf(
  name: string,
  model: ModelConfig,
  servers: ModelServers,
  file: string,
): PlacedServer {
  const wanted = model.server ?? model.provider;
  const server = Object.hasOwn(servers, wanted) ? servers[wanted] : undefined;
  if (server === undefined)
    throw new AutolandError(
      'config.invalid',
      `models.${name} wants the server ${wanted}, and ${file} names none`,
      {
        mend: `add to its servers: ${wanted}: { provider: ${model.provider}${mendFor(model)} }`,
      },
    );
  if (server.provider !== model.provider)
    throw new AutolandError(
      'config.invalid',
      `models.${name} expects ${wanted} to speak as ${model.provider}, and ${file} says ${server.provider}`,
      { mend: 'correct provider in one of them' },
    );
  // The schema wants one where the provider has none.
  return { ...server, name: wanted, url: server.url ?? ownUrls[server.provider] ?? '' };
}

function mendFor({ provider }: ModelConfig): string {
  return provider === 'openai-compatible'
    ? ', url: http://127.0.0.1:11434/v1'
    : `, keyFile: /run/secrets/${provider}`;
}
