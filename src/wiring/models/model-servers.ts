import { resolve } from 'node:path';
import { type ModelServerConfig, type ModelServers, parseModelServers } from '../../config/model-servers.ts';
import type { ModelConfig } from '../../config/models.ts';
import { AutolandError } from '../../domain/errors.ts';
import { ownUrls } from '../../domain/model-provider.ts';
import { readOperatorsFile } from '../place/operators-file.ts';
import { directory, type StateFiles } from '../place/place.ts';

/** Where the machine says which model servers it has, and which key goes to which. */
export function modelServersFile({ models }: Pick<StateFiles, 'models'>): string {
  const { AUTOLAND_MODELS } = process.env;
  return AUTOLAND_MODELS === undefined ? models : resolve(directory('AUTOLAND_MODELS', AUTOLAND_MODELS));
}

/** It says where keys go. No file: no server. Rejects with `config.invalid` or `key.unsafe`. */
export async function readModelServers(path: string): Promise<ModelServers> {
  const file = { path, says: 'model servers', danger: 'send a key anywhere' };
  const text = await readOperatorsFile(file);
  return text === undefined ? {} : parseModelServers(text, path);
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
