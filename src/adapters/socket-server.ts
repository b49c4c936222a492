import { once } from 'node:events';
import { chmod, chown, lstat, rm } from 'node:fs/promises';
import type { Server } from 'node:http';

/** Listens on a Unix socket for its owner alone (undefined: this user), replacing one that a killed process left. */
export async function listenAt(
  server: Server,
  socket: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<void> {
  const stats = await lstat(socket).catch(() => undefined);
  if (stats?.isSocket()) await rm(socket);
  server.listen(socket);
  await once(server, 'listening');
  await chmod(socket, 0o600);
  if (owner !== undefined) await chown(socket, owner.uid, owner.gid);
}

/** Ends what is under way. */
export async function endServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
