import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlagStore } from '../adapters/flags/file-flag-store.ts';
import { createDoorkeeper, type Doorkeeper } from '../adapters/front-door/doorkeeper.ts';
import { DoorkeeperClient, type DoorkeeperStatus } from '../adapters/front-door/doorkeeper-client.ts';
import { RouterClient } from '../adapters/router/router-client.ts';
import { writeRoutes } from '../adapters/runtime/routes-file.ts';
import { stateLayout } from '../adapters/runtime/state-layout.ts';
import { liveCounters } from '../wiring/serving/doorkeeper.ts';
import { ask, eventually, NEW, OLD, type Reply } from './router-stage.ts';

const examples = join(import.meta.dirname, '../../examples/front-door');

/** A program of the example; the environment of a command has no PATH to the Node that runs the tests. */
export function frontDoorExample(name: 'door' | 'ramp' | 'witness'): string {
  return readFileSync(join(examples, name), 'utf8').replace('#!/usr/bin/env node', `#!${process.execPath}`);
}

type Terms = { readonly flag: string; readonly nonce: string };

/** The example's door as a process of its own, two versions behind it, and a doorkeeper: for tests. */
export class FrontDoorStage {
  readonly dir = mkdtempSync(join(tmpdir(), 'al-'));
  readonly flags = new FileFlagStore(this.dir);
  readonly witness = new RouterClient(this.dir, 'shop');
  readonly client = new DoorkeeperClient(this.dir, 'shop');
  readonly terms = { service: 'shop', flag: 'shop.n1', nonce: 'n1', version: 1, weight: 0.5 };
  readonly commands = join(this.dir, 'commands');
  readonly #home = join(this.dir, 'door');
  readonly #servers: Server[] = [];
  readonly #cookies = new Map<string, string>();
  readonly #sockets = new Map<string, string[]>();
  #process: ChildProcess | undefined;
  #door: Doorkeeper | undefined;
  #port = 0;
  #asked = 0;

  constructor() {
    mkdirSync(this.commands, { mode: 0o755 });
    this.#install('ramp', frontDoorExample('ramp'));
    this.#install('witness', frontDoorExample('witness'));
  }

  #install(name: string, text: string): void {
    const path = join(this.commands, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }

  async listen(digest: string, handler: RequestListener): Promise<void> {
    const server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    this.#sockets.set(digest, [`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  }

  /** Where the door writes what users met. */
  get log(): string {
    return join(this.#home, 'log.ndjson');
  }

  route(stable: string, candidate: string | null, { flag, nonce }: Terms = this.terms): void {
    const { service } = this.terms;
    const exposed = candidate === null ? null : { digest: candidate, flag, nonce };
    writeRoutes(stateLayout(this.dir), [
      { route: { service, stable, candidate: exposed }, sockets: this.#sockets },
    ]);
  }

  /** The door of the operator. */
  async openDoor(): Promise<void> {
    const child = spawn(process.execPath, [join(examples, 'door'), this.#home, String(this.#port)]);
    this.#process = child;
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    this.#port = Number(new URL(String(said).trim()).port);
  }

  async killDoor(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async #startDoorkeeper(): Promise<void> {
    const commands = {
      ramp: ['ramp'],
      witness: ['witness'],
      settings: { DOOR: this.#home },
      secretFiles: {},
      timeoutSeconds: 20,
    } as const;
    const grant = { allowed: [this.commands], never: [] };
    const options = { stateDir: this.dir, service: 'shop', commands, grant };
    this.#door = await createDoorkeeper(options, liveCounters);
  }

  /** Old and new answer with their names, the flag stands at `weight`, and all is ready for a lease. */
  async rollout(weight: number): Promise<void> {
    await this.listen(OLD, (_, response) => response.end('old'));
    await this.listen(NEW, (_, response) => response.end('new'));
    this.route(OLD, NEW);
    await this.flags.write(this.terms.flag, weight, 0);
    await this.openDoor();
    await this.#startDoorkeeper();
    await this.settled();
    await eventually(async () => (await this.status()).blind === null, 'the witness is ready');
  }

  /** Everybody gets the candidate. */
  async lease({ flag, nonce }: Terms, leaseMs: number): Promise<void> {
    await this.witness.lease({ service: 'shop', flag, nonce, version: 1, weight: 1, step: 0, leaseMs });
  }

  /** Calls the example's ramp by hand, with what the door has and these changes. */
  async tell(changes: object): Promise<unknown> {
    const has = JSON.parse(readFileSync(join(this.#home, 'split.json'), 'utf8')) as object;
    const told = {
      protocol: 1,
      call: 'ramp',
      settings: { DOOR: this.#home },
      secrets: {},
      ...has,
      ...changes,
    };
    return JSON.parse(execFileSync(join(this.commands, 'ramp'), { input: JSON.stringify(told) }).toString());
  }

  status(): Promise<DoorkeeperStatus> {
    return this.client.status();
  }

  /** Once the door has what is wanted of it. */
  settled(): Promise<void> {
    return this.client.follow();
  }

  /** Once the witness has told of all that were answered until now. */
  told(): Promise<void> {
    return eventually(async () => (await this.status()).lines >= this.#asked, 'the witness has told of all');
  }

  /** A request of a browser that keeps its cookie. */
  async ask(path: string, user: string): Promise<Reply> {
    const cookie = this.#cookies.get(user);
    const reply = await ask(this.#port, path, cookie === undefined ? {} : { cookie });
    this.#asked += 1;
    const [set] = [reply.headers['set-cookie'] ?? []].flat();
    if (set !== undefined) this.#cookies.set(user, set.split(';')[0] ?? '');
    return reply;
  }

  /** Ends the doorkeeper. */
  async end(withinMs?: number): Promise<void> {
    await this.#door?.close(withinMs);
    this.#door = undefined;
  }

  async close(): Promise<void> {
    await this.end();
    this.#process?.kill('SIGKILL');
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
