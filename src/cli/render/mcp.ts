import { wrap, wrapAll } from './text.ts';

type TokenToRender = {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly by: string;
  readonly at: string;
};

export function renderAgentTokens(tokens: readonly TokenToRender[]): string[] {
  if (tokens.length === 0) return ['there is no token: autoland mcp token --name codex'];
  return tokens.flatMap(({ id, name, scope, by, at }) =>
    wrap(`${id}  ${name}: ${scope}, made by ${by} at ${at}`, '  '),
  );
}

export function renderAgentRevoked({ id, name }: TokenToRender): string[] {
  return wrapAll([`revoked ${id} (${name}): it counts no more`]);
}
