import { type AgentToken, agentTokenFile } from '../../adapters/agent-tokens/agent-tokens.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { locate, type Place, type PlaceOptions } from '../place/place.ts';
import { agentSource } from './source.ts';

export type AgentTokenWish = Pick<AgentToken, 'name' | 'scope' | 'by'>;
export type AgentTokenLine = Omit<AgentToken, 'hash'>;

/** Journalled before it counts. Rejects with `usage`. */
export async function makeAgentToken(
  options: PlaceOptions,
  { name, scope, by }: AgentTokenWish,
): Promise<Pick<AgentToken, 'id' | 'name' | 'scope'> & { readonly token: string }> {
  const source = agentSource(name);
  const place = await placeOf(options);
  const { openRepository } = await import('../place/repository.ts');
  await using repository = await openRepository(options, 'update');
  await repository.record('agent-token.made', by, { name, source, scope });
  const at = new Date().toISOString();
  const { stored, token } = agentTokenFile(place.files).add((known) => ({ ...known, name, scope, by, at }));
  return { id: stored.id, name, scope, token };
}

export async function listAgentTokens(options: PlaceOptions): Promise<readonly AgentTokenLine[]> {
  const { files } = await placeOf(options);
  return agentTokenFile(files)
    .list()
    .map(({ hash: _hash, ...line }) => line);
}

/** It counts no more before it is journalled: a journal that is broken must not keep a leaked token alive. */
export async function revokeAgentToken(
  options: PlaceOptions,
  id: string,
  by: string,
): Promise<AgentTokenLine> {
  const { files } = await placeOf(options);
  const { hash: _hash, ...line } = agentTokenFile(files).remove(id);
  const { openRepository } = await import('../place/repository.ts');
  await using repository = await openRepository(options, 'update');
  await repository.record('agent-token.revoked', by, { id, name: line.name, scope: line.scope });
  return line;
}

async function placeOf(options: PlaceOptions): Promise<Place> {
  const place = await locate(options);
  await mustHaveJournal(place, options);
  return place;
}
