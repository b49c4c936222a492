import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../../domain/errors.ts';
import { closeServer } from '../unix-http.ts';
import { type SelfReport, SelfReports } from './otlp.ts';

const LARGEST = 1 << 20;

/** `lastSeen`: RFC 3339; null: it has never reported. */
export type ReceivedReport = SelfReport & { readonly lastSeen: string | null };

/**
 * One instance's own socket for POST /v1/metrics: who reports is known by the socket, whatever the payload claims.
 */
export class OtlpReceiver {
  readonly #path: string;
  readonly #owner: { readonly uid: number; readonly gid: number } | undefined;
  readonly #reports = new SelfReports();
  #server: Server | undefined;
  #lastSeen: string | null = null;

  /** `owner`: the ids that the service runs under, when they are not this process's own. */
  constructor(path: string, owner?: { readonly uid: number; readonly gid: number }) {
    this.#path = path;
    this.#owner = owner;
  }

  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    rmSync(this.#path, { force: true });
    const server = createServer(
      { requestTimeout: 10_000 },
      (request, response) => void this.#handle(request, response),
    );
    server.maxConnections = 16;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#path, resolve));
    // No other user of the machine may report in the service's name.
    chmodSync(this.#path, 0o600);
    if (this.#owner !== undefined) chownSync(this.#path, this.#owner.uid, this.#owner.gid);
    this.#server = server;
  }

  report(): ReceivedReport {
    return { ...this.#reports.report(), lastSeen: this.#lastSeen };
  }

  async close(): Promise<void> {
    if (this.#server !== undefined) await closeServer(this.#server);
    this.#server = undefined;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, message: string) => {
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(JSON.stringify({ message }));
    };
    if (request.method !== 'POST' || request.url !== '/v1/metrics')
      return refuse(404, 'only POST /v1/metrics');
    if (!request.headers['content-type']?.startsWith('application/json')) return refuse(415, 'only JSON');
    try {
      const text = await readLimited(request);
      if (text === undefined) return refuse(413, `at most ${LARGEST} bytes`);
      this.#reports.take(JSON.parse(text));
      this.#lastSeen = new Date().toISOString();
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    } catch (thrown) {
      refuse(400, messageOf(thrown).slice(0, 500));
    }
  }
}

/** undefined: larger than allowed, once unpacked. */
async function readLimited(request: IncomingMessage): Promise<string | undefined> {
  const gzipped = request.headers['content-encoding'] === 'gzip';
  const source = gzipped ? request.pipe(createGunzip()) : request;
  // A cut upload must end the reading too.
  if (gzipped)
    request.once('close', () => request.complete || source.destroy(new Error('the upload was cut')));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > LARGEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
