import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { FlagdCore } from '@openfeature/flagd-core';
import { EvaluationServiceV1 } from '../adapters/flag-service/wire/evaluation.ts';
import { FlagSyncService } from '../adapters/flag-service/wire/sync.ts';

export type Ports = { readonly sync: number; readonly evaluation: number; readonly ofrep: number };
export type Crowd = { readonly sync: number; readonly events: number; readonly pages: number };
type Arms = ReadonlyMap<string, boolean>;
/** When a client came to an arm, by the clock that all processes share. */
type Known = { readonly on: boolean; readonly since: number };

/** The only user of each client; flags are raised to everybody, so that everybody is on before a kill. */
const user = { targetingKey: 'user-1' };
/** OFREP's own web provider waits so long for further events before it asks anew. */
const PAGE_DEBOUNCE_MS = 50;

/** How often a client that asks for each evaluation does so. */
const ASK_MS = 1_000;

/**
 * Many flag clients in one process, each with a connection of its own: streams of flagd.sync, whose sets are evaluated
 * with flagd-core; event streams of flagd.evaluation, which ask for an evaluation once a second, and are told by an
 * event that something changed; pages, which have an event stream of OFREP and ask anew at each event. All come again
 * at once when their stream ends.
 */
export class FlagCrowd {
  readonly #ports: Ports;
  readonly #token: string;
  readonly #ended = new AbortController();
  readonly #members: Map<string, Known>[] = [];
  readonly #sets = new Map<string, Arms>();
  readonly #done: Promise<void>[] = [];
  /** Streams that ended and were opened again. */
  returns = 0;

  constructor(ports: Ports, token: string, crowd: Crowd) {
    this.#ports = ports;
    this.#token = token;
    const kinds = [
      [crowd.sync, (learn: Learn) => this.#sync(learn)],
      [crowd.events, (learn: Learn) => this.#events(learn)],
      [crowd.pages, (learn: Learn) => this.#page(learn)],
    ] as const;
    for (const [count, open] of kinds) for (let n = 0; n < count; n++) this.#done.push(this.#keep(open));
  }

  /** When each client came to that arm; undefined: not all of them are there. */
  settled(key: string, on: boolean): readonly number[] | undefined {
    const known = this.#members.map((member) => member.get(key));
    const there = known.flatMap((one) => (one?.on === on ? [one.since] : []));
    return there.length === known.length ? there : undefined;
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#done);
  }

  async #keep(open: (learn: Learn) => Promise<void>): Promise<void> {
    const member = new Map<string, Known>();
    this.#members.push(member);
    const learn = learner(member);
    while (!this.#ended.signal.aborted) {
      await open(learn).catch(() => {});
      this.returns += 1;
      await sleep(10 + Math.random() * 20);
    }
  }

  async #sync(learn: Learn): Promise<void> {
    const client = createClient(FlagSyncService, this.#grpc(this.#ports.sync));
    for await (const { flagConfiguration } of client.syncFlags({}, this.#call()))
      learn(this.#armsOf(flagConfiguration));
  }

  /** Until the event a client may hold what it was answered; what it is answered after that is off in any case. */
  async #events(learn: Learn): Promise<void> {
    const client = createClient(EvaluationServiceV1, this.#grpc(this.#ports.evaluation));
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#ended.signal]);
    const ask = async () => {
      const { flags } = await client.resolveAll({ context: user }, this.#call());
      learn(new Map(Object.entries(flags).map(([key, { variant }]) => [key, variant === 'on'])));
    };
    const asking = repeat(ask, signal);
    try {
      for await (const { data } of client.eventStream({}, this.#call()))
        if (data === undefined) await ask();
        else learn.again(Object.keys((data as { flags?: object }).flags ?? {}));
    } finally {
      ended.abort();
      await asking;
    }
  }

  async #page(learn: Learn): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    try {
      const { events } = await this.#ask(agent, learn);
      const stream = await send(agent, { port: this.#ports.ofrep, path: events, signal: this.#ended.signal });
      stream.setEncoding('utf8');
      for await (const chunk of stream) {
        if (!String(chunk).includes('refetchEvaluation')) continue;
        await sleep(PAGE_DEBOUNCE_MS);
        await this.#ask(agent, learn);
      }
    } finally {
      agent.destroy();
    }
  }

  async #ask(agent: Agent, learn: Learn): Promise<{ events: string }> {
    const answer = await send(agent, {
      port: this.#ports.ofrep,
      path: '/ofrep/v1/evaluate/flags',
      token: this.#token,
      body: JSON.stringify({ context: user }),
      signal: this.#ended.signal,
    });
    const body = JSON.parse(await text(answer)) as Bulk;
    if (body.flags === undefined) throw new Error(`status ${answer.statusCode}`);
    learn(new Map(body.flags.map(({ key, value }) => [key, value === true])));
    return { events: body.eventStreams?.[0]?.endpoint.requestUri ?? '/' };
  }

  /** What many clients of this process are sent is evaluated once: their processors are not what is measured. */
  #armsOf(set: string): Arms {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    const core = new FlagdCore();
    core.setConfigurations(set);
    const arms = new Map(
      [...core.getFlags().keys()].map((key) => [key, core.resolveBooleanEvaluation(key, false, user).value]),
    );
    this.#sets.clear();
    this.#sets.set(set, arms);
    return arms;
  }

  #grpc(port: number) {
    return createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` });
  }

  #call() {
    return { headers: { authorization: `Bearer ${this.#token}` }, signal: this.#ended.signal };
  }
}

/** `again`: of these flags nothing is held any more, and it is asked soon. */
type Learn = ((arms: Arms) => void) & { again(keys: readonly string[]): void };

function learner(member: Map<string, Known>): Learn {
  const dropped = new Map<string, number>();
  const learn = (arms: Arms) => {
    const now = Date.now();
    for (const key of new Set([...member.keys(), ...arms.keys()])) {
      const on = arms.get(key) ?? false;
      const since = on ? now : (dropped.get(key) ?? now);
      // Whatever was answered as on after the event counts again from there.
      if (on) dropped.delete(key);
      if (member.get(key)?.on !== on) member.set(key, { on, since });
    }
  };
  const again = (keys: readonly string[]) => {
    for (const key of keys) dropped.set(key, Date.now());
  };
  return Object.assign(learn, { again });
}

async function repeat(act: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await sleep(Math.random() * ASK_MS);
  while (!signal.aborted) {
    await act().catch(() => {});
    await sleep(ASK_MS, undefined, { signal }).catch(() => {});
  }
}

type Bulk = {
  readonly flags?: readonly { readonly key: string; readonly value?: boolean }[];
  readonly eventStreams?: readonly { readonly endpoint: { readonly requestUri: string } }[];
};
type Sent = {
  readonly port: number;
  readonly path: string;
  readonly token?: string;
  readonly body?: string;
  readonly signal: AbortSignal;
};

function send(agent: Agent, { port, path, token, body, signal }: Sent): Promise<IncomingMessage> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path, method, headers, signal }, resolve)
      .on('error', reject)
      .end(body);
  });
}
