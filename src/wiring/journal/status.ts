import { runGit } from '../../adapters/git-host/local/run-git.ts';
import { DeliveryFiles } from '../../adapters/notify/delivery-file.ts';
import { isAlive } from '../../adapters/runtime/processes/process-identity.ts';
import { readRoutes } from '../../adapters/runtime/routes-file.ts';
import { holderOf } from '../../adapters/store/control-lock.ts';
import { messageOf } from '../../domain/errors.ts';
import type { ChangeState } from '../../engine/state.ts';
import { driftTypes, standingDrift } from '../../views/drift.ts';
import { lastLooks, lookType } from '../../views/issue-looks.ts';
import { inProduction, type Ledger, type LedgerChange } from '../../views/ledger.ts';
import { type Stable, stablesOf } from '../../views/production.ts';
import { foldReported, linesOf, reportedTypes } from '../../views/reported-incidents.ts';
import {
  changeLines,
  newestChanges,
  policyStatus,
  type ReceiverStatus,
  type ServiceStatus,
  type StatusView,
} from '../../views/status-view.ts';
import { shownTasks } from '../../views/task-view.ts';
import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { servedAt } from '../mcp/served-at.ts';
import type { Place } from '../place/place.ts';
import type { Repository } from '../place/repository.ts';

const shownChanges = 20;

/** Where everything is, from files alone: also while nothing runs. */
export async function readStatus(repository: Repository): Promise<StatusView> {
  const { place, controls } = repository;
  const ledger = await repository.ledger();
  const stopped = await controls.stopped();
  const controlPlane = controlPlaneOf(place);
  const started = (await repository.store.read({ types: ['control-plane.started'] })).at(-1);
  return {
    repo: place.repo,
    state: place.state,
    branch: await headOf(place.repo),
    policy: policyStatus(
      started === undefined ? null : started.data.unsignedAllowed === true,
      controlPlane !== null,
    ),
    stopped: stopped ?? null,
    demotions: (await repository.autonomy()).demotions,
    controlPlane,
    services: await Promise.all(
      stablesOf(ledger.production).map((stable) => serviceStatus(repository, stable, inProduction(ledger))),
    ),
    changes: await changesOf(repository, ledger),
    incidents: await openIncidents(repository, ledger),
    drift: standingDrift(await repository.store.read({ types: driftTypes })),
    tasks: shownTasks(
      foldTasks(await repository.store.read({ types: taskTypes })),
      ledger,
      repository.clock.now(),
    ),
    issues: lastLooks(await repository.store.read({ types: [lookType] })),
    agents: agentsOf(place),
    receivers: receiversOf(place),
  };
}

async function changesOf(repository: Repository, ledger: Ledger): Promise<StatusView['changes']> {
  const newest = newestChanges(ledger, shownChanges);
  const states = new Map<string, ChangeState>();
  for (const { id, conclusion } of newest)
    if (conclusion === null) states.set(id, (await repository.change(id)).state);
  return changeLines(newest, states);
}

async function openIncidents({ store }: Repository, ledger: Ledger): Promise<StatusView['incidents']> {
  const reported = foldReported(await store.read({ types: reportedTypes }));
  return linesOf(reported, ledger).filter(({ state }) => state !== 'resolved');
}

async function headOf(repo: string): Promise<StatusView['branch']> {
  const ask = async (args: readonly string[]) => {
    const { code, stdout } = await runGit({ args, cwd: repo, env: { GIT_DIR: repo }, accept: [1, 128] });
    return code === 0 ? stdout.toString().trim() : '';
  };
  const [name, tip] = await Promise.all([
    ask(['symbolic-ref', '--short', 'HEAD']),
    ask(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
  ]);
  return { name: name || 'HEAD', tip: tip || 'no commit yet' };
}

async function serviceStatus(
  { place, flags }: Repository,
  stable: Stable,
  busy: LedgerChange | undefined,
): Promise<ServiceStatus> {
  const candidate = readRoutes(place.files).find(({ route }) => route.service === stable.service)?.route
    .candidate;
  const flag = candidate == null ? undefined : await flags.read(candidate.flag);
  const isOfBusy = busy?.releases.some(({ digest }) => digest === candidate?.digest) === true;
  return {
    name: stable.service,
    stable: stable.digest,
    commit: stable.commit,
    candidate:
      candidate == null
        ? null
        : {
            digest: candidate.digest,
            flag: candidate.flag,
            code: flag?.code ?? null,
            share: flag?.weight ?? 0,
            change: isOfBusy ? busy.id : null,
          },
  };
}

function agentsOf({ files }: Place): StatusView['agents'] {
  try {
    const known = servedAt(files.run);
    if (known === undefined) return null;
    const { url, pid, startTime } = known;
    const isRunning = startTime !== undefined && isAlive({ pid, startTime });
    return { url, isRunning, note: isRunning ? `process ${pid}` : 'its process runs no more' };
  } catch (thrown) {
    return { url: null, isRunning: false, note: messageOf(thrown) };
  }
}

function receiversOf({ files }: Place): StatusView['receivers'] {
  const states = new DeliveryFiles(files.notify);
  return states.names().map((name) => ({ name, ...receiverStatus(states, name) }));
}

function receiverStatus(states: DeliveryFiles, name: string): Omit<ReceiverStatus, 'name'> {
  const none = { lastDeliveredAt: null, trouble: null, givenUp: 0, lastGivenUp: null };
  try {
    const { lastDeliveredAt, trouble, givenUp, lastGivenUp } = states.read(name) ?? none;
    return { lastDeliveredAt, trouble, givenUp, lastGivenUp };
  } catch (thrown) {
    return { ...none, trouble: { at: null, why: messageOf(thrown) } };
  }
}

/** null: no control plane runs on this state directory. */
export function controlPlaneOf({ files }: Place): StatusView['controlPlane'] {
  return holderOf(files.lock);
}
