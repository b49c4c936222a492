import { AutolandError } from '../domain/errors.ts';

type Asked = {
  readonly agent?: string;
  readonly readOnly?: true;
  readonly http?: string;
  readonly ephemeral?: true;
};

/** Over HTTP the token says who asks; on the standard streams there is nothing to outlive. Throws `usage` for what would count for nothing. */
export function refuseMixed({ agent, readOnly, http, ephemeral }: Asked): void {
  if (http === undefined && ephemeral === true)
    throw new AutolandError('usage', 'expected --http with --ephemeral, found --ephemeral alone', {
      mend: 'leave it out: on the standard streams it ends with them anyway',
    });
  const found = agent !== undefined ? '--agent' : readOnly === true ? '--read-only' : undefined;
  if (http !== undefined && found !== undefined)
    throw new AutolandError('usage', `expected --http without --agent and --read-only, found ${found}`, {
      mend: 'over HTTP the token says who asks, and for what: autoland mcp token --name codex --scope read',
    });
}
