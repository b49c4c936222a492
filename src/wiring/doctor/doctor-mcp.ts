import { agentTokenFile } from '../../adapters/agent-tokens/agent-tokens.ts';
import { AutolandError } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import { servedAt } from '../mcp/served-at.ts';
import type { Place } from '../place/place.ts';
import type { Missing } from './doctor-check.ts';

const answerMs = 10_000;

/** Whether agents are served over HTTP as they were set up to be, by a request without a token: it must be turned away. `port`: that `up` serves them at; null: none. */
export async function agentsServed(
  { files }: Pick<Place, 'files'>,
  port: number | null,
): Promise<string | Missing> {
  const start = port === null ? 'autoland mcp --http 7310' : 'autoland up, and see what it says';
  // Throws where the file cannot be read: then no token counts.
  const tokens = agentTokenFile(files).list();
  const known = servedAt(files.run);
  const held = counted(tokens.length, 'token');
  if (port !== null && (known === undefined || new URL(known.url).port !== String(port)))
    return { missing: `${held}; nothing serves agents at the port of mcp.port, ${port}`, mend: start };
  if (known === undefined && tokens.length === 0)
    return {
      missing: 'no agent is served over HTTP; on the standard streams nothing has to be set up',
      mend: `to serve some, autoland mcp token --name NAME, and ${start}; or set mcp.port, for autoland up to serve them`,
    };
  if (known === undefined) return { missing: `${held}, and nothing serves them`, mend: start };
  const { url } = known;
  const status = await statusOf(url);
  if (status === undefined) return { missing: `${held}; nothing answers any more at ${url}`, mend: start };
  if (status !== 401)
    throw new AutolandError(
      'token.not-found',
      `expected ${url} to turn away who shows no token, found ${status}`,
      {
        mend: `something else listens there: end it, or serve agents at another port by ${start}`,
      },
    );
  if (tokens.length > 0) return `${url} answers; ${held}`;
  return { missing: `${url} answers; nobody has a token`, mend: 'autoland mcp token --name NAME' };
}

/** undefined: nobody answered. */
async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
