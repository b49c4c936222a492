import type { Server } from 'node:net';
import { AutolandError } from '../../domain/errors.ts';
import { isErrno } from '../runtime/files.ts';

/** Clients come again all at once when the service is back. */
export const BACKLOG = 4096;

/** Answers the port. Rejects with `port.taken`, which names the setting, or with `config.invalid` for a host that is none of ours. */
export function listen(
  server: Server,
  { host, port, setting }: { readonly host: string; readonly port: number; readonly setting: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(explained(error, { host, port, setting }));
    server.once('error', failed);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function explained(cause: Error, at: { host: string; port: number; setting: string }): Error {
  const place = `${at.host}:${at.port}`;
  if (isErrno(cause, 'EADDRINUSE', 'EACCES')) {
    return new AutolandError(
      'port.taken',
      `expected to listen at ${place} for ${at.setting}: ${cause.message}`,
      {
        mend: `end what listens there, or name another port in ${at.setting}`,
        cause,
      },
    );
  }
  return new AutolandError('config.invalid', `expected to listen at ${place}: ${cause.message}`, {
    mend: 'name an address of this machine in flags.serve.host',
    cause,
  });
}
