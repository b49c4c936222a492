import { Agent, request } from 'node:http';
import { AutolandError } from '../../domain/errors.ts';

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly setCookies: readonly string[] }
  /** The connection failed, the answer broke off, or none came in time. */
  | { readonly kind: 'dropped'; readonly reason: string };

export type Client = {
  /** Never rejects. */
  send(input: {
    method: string;
    path: string;
    body: string | undefined;
    cookie: string | undefined;
  }): Promise<Answer>;
  close(): void;
};

const ANSWER_WITHIN_MS = 10_000;

/**
 * Real sockets to one loopback origin, such as `http://127.0.0.1:7300`, kept alive and at most `connections`.
 * Throws `usage` for any other origin: simulated users are for this machine alone.
 */
export function createClient(origin: string, connections: number): Client {
  const { hostname, port } = loopback(origin);
  // First in, first out keeps every connection in use, so that none is closed for being idle just as it is taken.
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  return {
    send: ({ method, path, body, cookie }) =>
      new Promise((resolve) => {
        const headers = {
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'content-length': Buffer.byteLength(body),
              }),
        };
        const sent = request({ agent, host: hostname, port, method, path, headers });
        const dropped = (error: Error): void => resolve({ kind: 'dropped', reason: error.message });
        sent.setTimeout(ANSWER_WITHIN_MS, () => sent.destroy(new Error('no answer in time')));
        sent.on('error', dropped);
        sent.on('response', (response) => {
          const { statusCode = 0, headers: received } = response;
          response.on('error', dropped);
          response.on('end', () => {
            resolve({ kind: 'answered', status: statusCode, setCookies: received['set-cookie'] ?? [] });
          });
          response.resume();
        });
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function loopback(origin: string): { hostname: string; port: number } {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const hostname = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  const local = hostname === '::1' || hostname === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (url === undefined || url.protocol !== 'http:' || !local) {
    throw new AutolandError('usage', `simulated users only visit this machine, and ${origin} is not on it`, {
      mend: 'name an origin such as http://127.0.0.1:7300',
    });
  }
  // By its number: what a name means is for others to say.
  return { hostname: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(url.port || 80) };
}
