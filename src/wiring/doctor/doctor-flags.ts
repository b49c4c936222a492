import { connect } from 'node:net';
import { TokenFile } from '../../adapters/flag-service/tokens/token-file.ts';
import type { FlagsConfig } from '../../config/schema.ts';
import { counted } from '../../domain/words.ts';
import type { Place } from '../place/place.ts';
import { flagsToServe } from '../serving/served.ts';
import { type Missing, unreadable } from './doctor-check.ts';

type Serve = NonNullable<FlagsConfig['serve']>;

/** Whether the flag service listens where it should, and whether anybody has a token for it. */
export async function flagsAnswer(place: Place): Promise<string | Missing> {
  const flags = await flagsToServe(place).catch(() => undefined);
  if (flags === undefined) return unreadable;
  if (flags === null || flags.serve === null)
    return {
      missing: 'no flag is served to other programs',
      mend: 'to serve them, set flags.serve in .autoland/autoland.yaml',
    };
  const ports = portsOf(flags.serve);
  const { host } = flags.serve;
  const deaf = await Promise.all(ports.map(async (at) => ((await listens(host, at.port)) ? [] : [at])));
  const silent = deaf.flat().map(({ name, port }) => `${name} at ${host}:${port}`);
  if (silent.length > 0)
    return { missing: `nothing listens for ${silent.join(', ')}`, mend: 'autoland up, and see what it says' };
  const tokens = new TokenFile(place.files)
    .list()
    .filter(({ environment }) => environment === flags.environment);
  const served = ports.map(({ name, port }) => `${name} at ${host}:${port}`).join(', ');
  if (tokens.length > 0) return `${served}; ${counted(tokens.length, 'token')} of ${flags.environment}`;
  return { missing: `${served}; nobody has a token`, mend: 'autoland flags token --scope read' };
}

function portsOf({ evaluation, sync, ofrep }: Serve): readonly { name: string; port: number }[] {
  return Object.entries({ evaluation, sync, ofrep }).flatMap(([name, port]) =>
    port === null ? [] : [{ name, port }],
  );
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // An address that means all of this machine is reached as this machine.
    const to = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
    const socket = connect({ host: to, port, timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}
