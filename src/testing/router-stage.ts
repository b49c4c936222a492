import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlagStore } from '../adapters/flags/file-flag-store.ts';
import { createRouter, type Router, type RouterOptions } from '../adapters/router/router.ts';
import { RouterClient } from '../adapters/router/router-client.ts';
import { writeRoutes } from '../adapters/runtime/routes-file.ts';
import { stateLayout } from '../adapters/runtime/state-layout.ts';

export const OLD = `sha256:${'0'.repeat(64)}`;
export const NEW = `sha256:${'1'.repeat(64)}`;

export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

/** A state directory with routes and flags, versions on real Unix sockets, and a router in front: for tests. */
export class RouterStage {
  readonly dir = mkdtempSync(join(tmpdir(), 'al-'));
  readonly flags = new FileFlagStore(this.dir);
  readonly witness = new RouterClient(this.dir, 'shop');
  readonly terms = { service: 'shop', flag: 'shop.n1', nonce: 'n1', version: 1, weight: 0.5 };
  readonly #servers: Server[] = [];
  readonly #cookies = new Map<string, string>();
  readonly #sockets = new Map<string, string[]>();
  #router: Router | undefined;

  get port(): number {
    return this.#router?.port ?? 0;
  }

  async listen(digest: string, handler: RequestListener, over: 'unix' | 'tcp' = 'unix'): Promise<Server> {
    const path = join(this.dir, `${this.#servers.length}.sock`);
    const server = createServer(handler);
    const on = over === 'unix' ? { path } : { host: '127.0.0.1', port: 0 };
    await new Promise<void>((resolve) => server.listen(on, resolve));
    this.#servers.push(server);
    const at = server.address();
    this.runsAt(digest, typeof at === 'object' ? `http://127.0.0.1:${at?.port}` : path);
    return server;
  }

  /** Nobody looks whether it does. */
  runsAt(digest: string, socket: string): void {
    this.#sockets.set(digest, [...(this.#sockets.get(digest) ?? []), socket]);
  }

  route(stable: string, candidate: string | null): void {
    const { service, flag, nonce } = this.terms;
    const route = {
      service,
      stable,
      candidate: candidate === null ? null : { digest: candidate, flag, nonce },
    };
    writeRoutes(stateLayout(this.dir), [{ route, sockets: this.#sockets }]);
  }

  async start(options: Partial<RouterOptions> = {}): Promise<void> {
    this.#router = await createRouter({ stateDir: this.dir, service: 'shop', port: 0, ...options });
  }

  /** Old and new answer with their names; the flag stands at `weight`, and the router knows. */
  async rollout(weight: number, options: Partial<RouterOptions> & { lease?: boolean } = {}): Promise<void> {
    const { lease, ...rest } = options;
    this.route(OLD, NEW);
    await this.flags.write(this.terms.flag, weight, 0);
    await this.start(rest);
    if (lease !== false) await this.witness.lease({ ...this.terms, weight, step: 0, leaseMs: 60_000 });
  }

  /** A request of a browser that keeps its cookie; `undefined`: one that keeps none. */
  async ask(path: string, user?: string, headers: Record<string, string> = {}): Promise<Reply> {
    const cookie = user === undefined ? undefined : this.#cookies.get(user);
    const reply = await ask(this.port, path, cookie === undefined ? headers : { ...headers, cookie });
    const set = [reply.headers['set-cookie'] ?? []].flat().find((one) => one.startsWith('autoland_id_'));
    if (user !== undefined && set !== undefined) this.#cookies.set(user, set.split(';')[0] ?? '');
    return reply;
  }

  cookie(user: string): string {
    return this.#cookies.get(user) ?? '';
  }

  /** Ends the router alone. */
  async end(): Promise<void> {
    await this.#router?.close();
    this.#router = undefined;
  }

  async close(): Promise<void> {
    await this.end();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function ask(port: number, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    }).on('error', reject);
  });
}

/** What is answered to these very bytes, up to the first pause; '' where the connection just ends. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      socket.destroy();
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

/** Waits for what must come true soon; rejects after a minute. */
export async function eventually(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (!(await check())) {
    if (performance.now() > until) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
