import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openGitReader } from '../adapters/git-host/local/local-git-host.ts';
import { removeTree } from '../adapters/remove-tree.ts';
import { ControlLock } from '../adapters/store/control-lock.ts';
import { seconds } from '../cli/render/text.ts';
import { rolloutPlan } from '../config/plans.ts';
import { makeReporter, type Reporter } from '../demo/reporter.ts';
import { Demo } from '../demo/run.ts';
import { loadStory, type Story } from '../demo/story.ts';
import { summaryData, summaryLines } from '../demo/summary.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { rememberedVersions } from '../views/proved.ts';
import { verifyRepositoryLog } from './journal/audit.ts';
import { checkRepository } from './journal/fsck.ts';
import { makeRepository } from './place/new-repository.ts';
import { directory, mustHoldDirectories, type PlaceOptions, stateHome } from './place/place.ts';
import { openRepository } from './place/repository.ts';
import { BranchRules } from './place/rules.ts';
import { scanRepository } from './scan/scan.ts';
import { portsOf } from './serving/free-port.ts';

export type DemoCommandOptions = {
  readonly story: string;
  readonly port: string;
  readonly json?: true;
  readonly plain?: true;
  readonly stay?: true;
  readonly state?: string;
};

/** `autoland demo`: the story of a manifest, from an empty directory to a summary. */
export async function demo(options: DemoCommandOptions): Promise<void> {
  portsOf(options.port);
  const story = await loadStory(directory('--story', options.story));
  const reporter = makeReporter(options);
  const home = await freshHome(
    options.state === undefined ? stateHome() : directory('--state', options.state),
  );
  const place = { repo: join(home.dir, `${story.name}.git`), state: join(home.dir, 'state') };
  const aborting = abortOnSignals();
  try {
    await makeRepository(story.serviceDir, place.repo, story.title);
    reporter.say(await announcement(story, place.repo));
    const running = new Demo({
      story,
      reporter,
      ...place,
      port: options.port,
      signal: aborting.signal,
      openRepository: () => openRepository(place, 'read'),
      scan: async () => {
        await scanRepository(place, { actor: 'agent:dependency', agent: 'dependency', dryRun: false });
      },
      remembered: () => rememberedBy(place),
      verify: () => verify(place),
    });
    await tell(running, reporter, { stay: options.stay === true, signal: aborting.signal });
  } finally {
    aborting.end();
    home.free();
  }
}

async function tell(
  running: Demo,
  reporter: Reporter,
  how: { stay: boolean; signal: AbortSignal },
): Promise<void> {
  try {
    const result = await running.run();
    reporter.summary(summaryLines(result), summaryData(result));
    if (!result.auditVerified || !result.fsckAgrees) process.exitCode = 1;
    if (how.stay) {
      reporter.say(`The service stays open at ${running.url} until Ctrl-C.`);
      await new Promise<void>((resolve) =>
        how.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    }
  } catch (thrown) {
    if (!how.signal.aborted) throw thrown;
    process.exitCode = 130;
  } finally {
    await running.close();
  }
}

function abortOnSignals() {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error('interrupted'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, abort);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, abort);
    },
  };
}

/** Each demo begins with an empty directory; the last one stays for a look, unless another demo is using it. */
async function freshHome(base: string): Promise<{ dir: string; free: () => void }> {
  for (let number = 1; number <= 9; number += 1) {
    const dir = join(base, number === 1 ? 'demo' : `demo-${number}`);
    // Only what an earlier demo made is removed.
    if (existsSync(dir) && !existsSync(`${dir}.lock`)) continue;
    await makeHome(dir);
    try {
      const lock = ControlLock.take(`${dir}.lock`);
      // Releases are read-only, also for their owner.
      await removeTree(dir);
      await makeHome(dir);
      return { dir, free: () => lock.free() };
    } catch (thrown) {
      if (!(thrown instanceof AutolandError) || thrown.code !== 'journal.locked') throw thrown;
    }
  }
  throw new AutolandError('state.locked', 'nine demos are running already', { mend: 'end one of them' });
}

async function makeHome(dir: string): Promise<void> {
  try {
    await mustHoldDirectories(dir);
    await mkdir(dir, { recursive: true, mode: 0o711 });
  } catch (cause) {
    throw new AutolandError('state.unusable', `expected to make the directory ${dir}: ${messageOf(cause)}`, {
      mend: 'name another place with --state DIR',
      cause,
    });
  }
}

async function announcement(story: Story, repo: string): Promise<string> {
  const { reader, close } = await openGitReader(repo);
  try {
    const { steps } = rolloutPlan((await new BranchRules(reader, false).load()).config);
    const least = steps.reduce((sum, step) => sum + step.bakeSeconds, 0);
    const most = steps.reduce((sum, step) => sum + step.limitSeconds, 0);
    return [
      `${story.title}: ${story.traffic.users} simulated users, ${story.traffic.requestsPerSecond} requests/s.`,
      `A rollout takes ${seconds(least)} at least and ${seconds(most)} at most${story.lasts === undefined ? '' : `; the whole story ${story.lasts}`}.`,
      'The policy of this demo is unsigned: it runs with --allow-unsigned-policy.',
    ].join('\n');
  } finally {
    await close();
  }
}

/** Scans again, without making anything; answers what was turned away before and was left alone now. */
async function rememberedBy(place: PlaceOptions): Promise<readonly string[]> {
  const report = await scanRepository(place, {
    actor: 'agent:dependency',
    agent: 'dependency',
    dryRun: true,
  });
  await using repository = await openRepository(place, 'read');
  const proposedAgain = new Set(report.proposals.map(({ version }) => version));
  return rememberedVersions(await repository.ledger())
    .map(({ name, version }) => `${name}@${version}`)
    .filter((version) => !proposedAgain.has(version));
}

async function verify(place: {
  repo: string;
  state: string;
}): Promise<{ auditVerified: boolean; fsckAgrees: boolean }> {
  const log = await verifyRepositoryLog(place);
  const { ok } = await checkRepository(place);
  return { auditVerified: log.kind === 'ok', fsckAgrees: ok };
}
