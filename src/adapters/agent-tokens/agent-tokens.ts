import { z } from 'zod';
import { keptFields, readTokensAs } from '../flag-service/tokens/read-tokens.ts';
import { type KeptToken, tokenOf } from '../flag-service/tokens/token.ts';
import { TokensOf } from '../flag-service/tokens/token-file.ts';
import type { StateLayout } from '../runtime/state-layout.ts';

export const agentTokenScopes = ['read', 'submit'] as const;

/** What an agent shows over HTTP. Its name is whose the changes are: `agent:NAME`. */
export type AgentToken = KeptToken & { readonly scope: (typeof agentTokenScopes)[number] };

const kept: z.ZodType<AgentToken> = z.strictObject({ ...keptFields, scope: z.enum(agentTokenScopes) });

function readAgentTokens(path: string): ReadonlyMap<string, AgentToken> {
  return readTokensAs(path, kept, 'agent tokens');
}

/** STATE/agent-tokens.json. */
export function agentTokenFile({ agentTokens, agentTokensLock }: StateLayout): TokensOf<AgentToken> {
  return new TokensOf({
    prefix: 'almcp',
    path: agentTokens,
    lock: agentTokensLock,
    read: readAgentTokens,
    what: 'an agent token',
    makes: 'autoland mcp token',
  });
}

/** Read anew each time, so that a revoked one counts no more; undefined where they cannot be read, as for a wrong one. */
export function agentTokenOf(path: string, authorization: string | undefined): AgentToken | undefined {
  const text = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  try {
    return tokenOf(text, readAgentTokens(path), 'almcp');
  } catch {
    return undefined;
  }
}
