import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { makeApi } from '../server/app.ts';
import { openIncident } from './inquiry/open-incident.ts';
import { closeIn, reportedLines, viewReported } from './inquiry/read.ts';
import { explainChange } from './journal/explain.ts';
import { readStatus } from './journal/status.ts';
import type { Repository } from './place/repository.ts';
import { mustMayResume } from './serving/stop-on-branch.ts';

/** The API on a Unix socket that only its owner can open. */
export async function serveApi(repository: Repository) {
  const { store, controls, place } = repository;
  const app = makeApi({
    status: () => readStatus(repository),
    change: (id) => explainChange(repository, id),
    entries: (from, limit) => store.read({ from, to: from + limit }),
    incidents: () => reportedLines(repository),
    incident: (id) => viewReported(repository, id),
    openIncident: async ({ by, since, began, ...report }) => {
      const times = { since: secondsOf(since), began: secondsOf(began) };
      const opened = await openIncident(repository, { ...report, ...times, by: `api:${by}`, dryRun: false });
      return { id: opened.incident.id, isNew: opened.isNew };
    },
    closeIncident: (id, by, reason) => closeIn(repository, id, { by, reason }),
    stop: async (by, reason) => {
      await controls.stop(by, reason);
      await repository.record('control.stopped', by, { reason });
    },
    resume: async (by) => {
      await mustMayResume(place);
      await repository.record('control.resumed', by, {});
      await controls.resume(by);
    },
  });
  const server = createServer(getRequestListener(app.fetch));
  await rm(place.files.apiSocket, { force: true });
  server.listen(place.files.apiSocket);
  await once(server, 'listening');
  await chmod(place.files.apiSocket, 0o600);
  return {
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await rm(place.files.apiSocket, { force: true });
    },
  };
}

function secondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}
