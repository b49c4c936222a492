/** A service that does what it is told to harm its host, and says how far it came. It runs inside the sandbox. */
import { readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { json } from 'node:stream/consumers';

type Target = string | { readonly host: string; readonly port: number };

export type Order = {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly connect?: readonly Target[];
  readonly post?: { readonly socket: string; readonly path: string; readonly body: unknown };
  readonly kill?: readonly number[];
  readonly link?: { readonly target: string; readonly at: string };
};

/** By what was tried: `done`, or the code of the failure. */
export type Outcome = {
  readonly env: Readonly<Record<string, string>>;
  readonly read: Readonly<Record<string, string>>;
  readonly write: Readonly<Record<string, string>>;
  readonly connect: Readonly<Record<string, string>>;
  readonly kill: Readonly<Record<string, string>>;
  readonly post: string;
  readonly link: string;
  readonly commands: readonly string[];
  readonly interfaces: readonly string[];
};

/** The same path through every process that it sees, and through links that it makes itself. */
function views(path: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = `/run/autoland/link-${Math.random().toString(36).slice(2)}`;
  symlinkSync(path, own);
  return [path, own, ...pids.flatMap((pid) => [`/proc/${pid}/root${path}`, `/proc/${pid}/cwd/../..${path}`])];
}

function attempt(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (thrown) {
    return codeOf(thrown);
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

function tryAll(
  paths: readonly string[] | undefined,
  act: (path: string) => unknown,
): Record<string, string> {
  const all = (paths ?? []).flatMap((path) =>
    views(path).map((view) => [view, attempt(() => act(view))] as const),
  );
  return Object.fromEntries(all);
}

function dial(target: Target): Promise<string> {
  return new Promise((resolve) => {
    const socket = typeof target === 'string' ? connect(target) : connect(target);
    socket.setTimeout(2000, () => resolve('ETIMEDOUT'));
    socket.on('connect', () => resolve('done')).on('error', (thrown) => resolve(codeOf(thrown)));
  });
}

async function dialAll(targets: Order['connect']): Promise<Record<string, string>> {
  const all: Target[] = (targets ?? []).flatMap((one): Target[] =>
    typeof one === 'string' ? views(one) : [one],
  );
  const tried = all.map(async (one) => {
    const name = typeof one === 'string' ? one : `${one.host}:${one.port}`;
    return [name, await dial(one)] as const;
  });
  return Object.fromEntries(await Promise.all(tried));
}

function post(order: Order['post']): Promise<string> {
  if (order === undefined) return Promise.resolve('not asked');
  const headers = { 'content-type': 'application/json', 'x-autoland-control': '1' };
  const { socket: socketPath, path } = order;
  return new Promise((resolve) => {
    request({ socketPath, path, method: 'POST', headers }, (response) => resolve(String(response.statusCode)))
      .on('error', (thrown) => resolve(codeOf(thrown)))
      .end(JSON.stringify(order.body));
  });
}

async function obey(order: Order): Promise<Outcome> {
  const read = (path: string) => {
    try {
      return readFileSync(path);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EISDIR') throw thrown;
      // A directory of the sandbox's own with that name is not the host's: only content counts.
      if (readdirSync(path).length === 0) throw Object.assign(new Error('empty'), { code: 'ENOENT' });
      return readlinkSync(path);
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return {
    env: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
    read: tryAll(order.read, read),
    write: tryAll(order.write, (path) => writeFileSync(path, 'x', { flag: 'r+' })),
    connect: await dialAll(order.connect),
    kill: Object.fromEntries(
      (order.kill ?? []).map((pid) => [pid, attempt(() => process.kill(pid, 'SIGKILL'))]),
    ),
    post: await post(order.post),
    link: attempt(() => {
      if (order.link === undefined) return;
      symlinkSync(order.link.target, `${order.link.at}.new`);
      renameSync(`${order.link.at}.new`, order.link.at);
    }),
    commands: pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')),
    interfaces: Object.keys(networkInterfaces()),
  };
}

async function answer(message: IncomingMessage): Promise<unknown> {
  return message.method === 'POST' ? obey((await json(message)) as Order) : 'ready';
}

createServer((message, response) => {
  answer(message).then(
    (body) => {
      response.setHeader('set-cookie', [
        'autoland_id=forged; Path=/',
        'autoland_id_AAAAAAAA=forged; Path=/',
        '=autoland_id_AAAAAAAA=nameless; Path=/',
        ' AUTOLAND_ID_AAAAAAAA=loud; Path=/',
        'own=allowed; Path=/',
      ]);
      response.setHeader('x-autoland-version', 'forged');
      response.end(JSON.stringify(body));
    },
    (thrown: unknown) => response.writeHead(500).end(String(thrown)),
  );
}).listen(process.env.PORT);
