import { join } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';

/** Names of what the processes on one machine share: each path is fixed by the state directory alone. */
export type StateLayout = {
  readonly root: string;
  readonly flags: string;
  readonly flagLock: string;
  readonly kills: string;
  readonly flagTokens: string;
  readonly flagTokensLock: string;
  readonly agentTokens: string;
  readonly agentTokensLock: string;
  readonly stop: string;
  readonly routes: string;
  readonly instances: string;
  readonly services: string;
  readonly logs: string;
  readonly run: string;
  readonly supervisorSocket: string;
  readonly supervisorLock: string;
  /** Where reports come in of services that run elsewhere. */
  readonly otlpSocket: string;
  /** What `keepAlive` began. */
  readonly children: string;
  readonly identityKey: string;
};

export function stateLayout(root: string): StateLayout {
  const run = join(root, 'run');
  return {
    root,
    flags: join(root, 'flags.json'),
    flagLock: join(run, 'flags.lock'),
    kills: join(root, 'kills'),
    flagTokens: join(root, 'flag-tokens.json'),
    flagTokensLock: join(run, 'flag-tokens.lock'),
    agentTokens: join(root, 'agent-tokens.json'),
    agentTokensLock: join(run, 'agent-tokens.lock'),
    stop: join(root, 'STOP'),
    routes: join(root, 'routes.json'),
    instances: join(root, 'instances.json'),
    services: join(root, 'services'),
    logs: join(root, 'logs'),
    run,
    supervisorSocket: join(run, 'supervisor.sock'),
    supervisorLock: join(run, 'supervisor.lock'),
    otlpSocket: join(run, 'otlp.sock'),
    children: join(run, 'children.json'),
    identityKey: join(root, 'identity.key'),
  };
}

/** Admin socket of the router that serves `service`. */
export function routerSocket(layout: StateLayout, service: string): string {
  return join(layout.run, `router-${safeName(service, 'service name')}.sock`);
}

/** Where a flag client of the same user needs no token: `evaluation` or `sync`. */
export function flagSocket(layout: StateLayout, protocol: string): string {
  return join(layout.run, `flags-${protocol}.sock`);
}

/** Longest path that a Unix socket can be bound to on every system (sockaddr_un.sun_path, macOS: 104). */
const SOCKET_PATH_BYTES = 103;

/** Rejects with `config.invalid` where the system would cut the path or refuse it. */
export function socketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= SOCKET_PATH_BYTES) return path;
  throw new AutolandError(
    'config.invalid',
    `a Unix socket's path may have ${SOCKET_PATH_BYTES} bytes, but ${path} has ${bytes}`,
    { mend: 'use a state directory with a shorter path' },
  );
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;

/** A name that becomes a file name: never a path, never hidden. */
export function safeName(name: string, what: string): string {
  if (NAME.test(name)) return name;
  throw new AutolandError(
    'config.invalid',
    `a ${what} must be 1 to 127 of A-Z a-z 0-9 . _ - and begin with a letter or digit, found ${JSON.stringify(name.slice(0, 140))}`,
  );
}
