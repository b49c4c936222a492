// What `autoland check` takes over the project's own `npm ci && npm test`, for an update of one of its dependencies.
// The projects are packages that ship their tests; they come from the registry that npm is set up with.
// Cold: with empty caches of npm, Node and the check; warm: again, with the same ones, so that what the base is known by is
// kept. In turns, so that a busy moment of the machine falls on both. With mutation: with the faults that are tried in what
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
import { runOrThrow } from './support/run-command.ts';

const SECONDS = 600;
const WARM_ROUNDS = 3;
const REST_MS = 5000;
const target = { cold: 2, warm: 1.3 };

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = projects.filter(({ name }) => values.only === undefined || name === values.only);
// One for all, removed at the end: ext4 makes new files several times slower for a while after as many were removed.
const measured = await withFolder(async (folder) => {
  const all = [];
  for (const project of chosen) {
    const { name, version, update } = project;
    const without = await measure(project, join(folder, name), 'without');
    const withMutation = await measure(project, join(folder, `${name}-mutated`), 'with');
    all.push({ project: `${name}@${version}`, update, ...without, withMutation });
    process.stderr.write(`${name}\n`);
  }
  return all;
});
console.log(JSON.stringify({ target, projects: measured }));

type Pair = { readonly peer: number; readonly check: number };

async function measure(project: Project, folder: string, mutation: Mutation): Promise<object> {
  const repo = join(folder, 'repo');
  await mkdir(repo, { recursive: true });
  await makeProject(project, repo, mutation);
  const peerCaches = cachesIn(join(folder, 'peer'));
  const checkCaches = cachesIn(join(folder, 'check'));
  const said: string[] = [];
  const round = async (): Promise<Pair> => {
    await rest();
    const peer = await timePeer(repo, peerCaches);
    await rest();
    const more = ['--no-stop-early', '--cache', join(folder, 'kept')];
    const { ms, report } = await checkLastCommit(repo, { seconds: SECONDS, env: checkCaches, more });
    said.push(...report.guardrails.filter(({ verdict }) => verdict !== 'pass').map(({ code }) => code));
    return { peer, check: ms };
  };
  const cold = await round();
  const warm: Pair[] = [];
  for (let i = 0; i < WARM_ROUNDS; i += 1) warm.push(await round());
  const middle = {
    peer: median(warm.map(({ peer }) => peer)),
    check: median(warm.map(({ check }) => check)),
  };
  // A guardrail that did not pass may have ended sooner, or later, than one that does.
  return { cold: told(cold), warm: told(middle), notPassed: [...new Set(said)] };
}

/** What a check removes at its end would make the next one slower: see above. */
async function rest(): Promise<void> {
  await runOrThrow(['sync'], { cwd: '/', seconds: 120 });
  await setTimeout(REST_MS);
}

/** In a clean work tree, as CI has it. */
async function timePeer(repo: string, env: NodeJS.ProcessEnv): Promise<number> {
  const started = performance.now();
  await runOrThrow(['npm', 'ci', '--ignore-scripts'], { cwd: repo, seconds: SECONDS, env });
  await runOrThrow(['npm', 'test'], { cwd: repo, seconds: SECONDS, env });
  const ms = performance.now() - started;
  // Aside, not away: see above.
  await rename(join(repo, 'node_modules'), `${repo}-${randomUUID()}`);
  await runOrThrow(['git', 'clean', '-dfxq'], { cwd: repo, seconds: 60 });
  return ms;
}

function cachesIn(folder: string): NodeJS.ProcessEnv {
  const caches = { npm_config_cache: join(folder, 'npm'), NODE_COMPILE_CACHE: join(folder, 'node') };
  return { ...process.env, ...caches };
}

function told({ peer, check }: Pair): object {
  return {
    peerSeconds: rounded(peer / 1000),
    checkSeconds: rounded(check / 1000),
    ratio: rounded(check / peer),
  };
}
