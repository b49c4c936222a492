// What `autoland check` takes over the project's own `npm ci && npm test`, for an update of one of its dependencies: in time, for
// which we have an aim, and in time of the processors (of the whole machine, where it is not told apart: `cpuOf`).
// autoland is installed as users install it. The projects are packages that ship their tests; all comes from the registry that npm is set up with.
// Cold: with empty caches of npm, Node and the check, each time new ones; warm: again, with the last ones, so that what the base is
// known by is kept. Medians, and in turns, so that a busy moment of the machine falls on both: what an install takes varies by half from one to the next. With mutation: with the faults that are tried in what
// the package answers, which no figure is promised for. Prints one JSON object. --only NAME runs one project.
import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Project, projects } from './check-cost/projects.ts';
import { type Mutation, makeProject } from './check-cost/repository.ts';
import { checkLastCommit } from './support/check-command.ts';
import { median, rounded } from './support/figures.ts';
import { withFolder } from './support/folder.ts';
import { installPackage } from './support/installed-package.ts';
import { openProcessorTime } from './support/processor-time.ts';
import { runOrThrow } from './support/run-command.ts';

const SECONDS = 600;
const COLD_ROUNDS = { without: 5, with: 1 };
const WARM_ROUNDS = 3;
const REST_MS = 5000;
const target = { cold: 2, warm: 1.3 };

const { values } = parseArgs({
  options: { only: { type: 'string' }, mutation: { type: 'boolean', default: true } },
  allowNegative: true,
});
const chosen = projects.filter(({ name }) => values.only === undefined || name === values.only);
const processors = openProcessorTime();
// One for all, removed at the end: ext4 makes new files several times slower for a while after as many were removed.
const measured = await withFolder(async (folder) => {
  const autoland = await installPackage(folder);
  const all = [];
  for (const project of chosen) {
    const { name, version, update } = project;
    const without = await measure(autoland, project, join(folder, name), 'without');
    const mutated = join(folder, `${name}-mutated`);
    const more = values.mutation && { withMutation: await measure(autoland, project, mutated, 'with') };
    all.push({ project: `${name}@${version}`, update, ...without, ...more });
    process.stderr.write(`${name}\n`);
  }
  return all;
});
processors.close();
console.log(JSON.stringify({ target, cpuOf: processors.of, projects: measured }));

/** In seconds. */
type Cost = { readonly wall: number; readonly cpu: number };
type Pair = { readonly peer: Cost; readonly check: Cost };

async function measure(
  autoland: string,
  project: Project,
  folder: string,
  mutation: Mutation,
): Promise<object> {
  const repo = join(folder, 'repo');
  await mkdir(repo, { recursive: true });
  await makeProject(project, repo, mutation);
  const said: string[] = [];
  const round = async (caches: string): Promise<Pair> => {
    const peer = await costOf(() => runPeer(repo, cachesIn(join(caches, 'peer'))));
    await tidy(repo);
    const more = ['--no-stop-early', '--cache', join(caches, 'kept')];
    const check = await costOf(async () => {
      const env = cachesIn(join(caches, 'check'));
      const { report } = await checkLastCommit(repo, { seconds: SECONDS, env, more, program: [autoland] });
      said.push(...report.guardrails.filter(({ verdict }) => verdict !== 'pass').map(({ code }) => code));
    });
    return { peer, check };
  };
  const [cold, warm]: [Pair[], Pair[]] = [[], []];
  const caches = (n: number) => join(folder, `caches-${n}`);
  const last = COLD_ROUNDS[mutation] - 1;
  for (let n = 0; n <= last; n += 1) cold.push(await round(caches(n)));
  for (let n = 0; n < WARM_ROUNDS; n += 1) warm.push(await round(caches(last)));
  // A guardrail that did not pass may have ended sooner, or later, than one that does.
  return { cold: told(cold), warm: told(warm), notPassed: [...new Set(said)] };
}

/** After a pause: what was written and removed before would make what comes next slower. */
async function costOf(run: () => Promise<void>): Promise<Cost> {
  await runOrThrow(['sync'], { cwd: '/', seconds: 120 });
  await setTimeout(REST_MS);
  const [before, started] = [processors.seconds(), performance.now()];
  await run();
  return { wall: (performance.now() - started) / 1000, cpu: processors.seconds() - before };
}

/** In a clean work tree, as CI has it. */
async function runPeer(repo: string, env: NodeJS.ProcessEnv): Promise<void> {
  await runOrThrow(['npm', 'ci', '--ignore-scripts'], { cwd: repo, seconds: SECONDS, env });
  await runOrThrow(['npm', 'test'], { cwd: repo, seconds: SECONDS, env });
}

async function tidy(repo: string): Promise<void> {
  // Aside, not away: see above.
  await rename(join(repo, 'node_modules'), `${repo}-${randomUUID()}`);
  await runOrThrow(['git', 'clean', '-dfxq'], { cwd: repo, seconds: 60 });
}

function cachesIn(folder: string): NodeJS.ProcessEnv {
  const caches = { npm_config_cache: join(folder, 'npm'), NODE_COMPILE_CACHE: join(folder, 'node') };
  return { ...process.env, ...caches };
}

function told(pairs: readonly Pair[]): object {
  const ofAll = (side: keyof Pair, kind: keyof Cost) => median(pairs.map((pair) => pair[side][kind]));
  const compared = (kind: keyof Cost) => {
    const [peer, check] = [ofAll('peer', kind), ofAll('check', kind)];
    return { peerSeconds: rounded(peer), checkSeconds: rounded(check), ratio: rounded(check / peer) };
  };
  const each = pairs.map(({ peer, check }) => rounded(check.wall / peer.wall));
  return { ...compared('wall'), each, cpu: compared('cpu') };
}
