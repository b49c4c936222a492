// How many real bugs of express and hessian.js the search for a fix mends without a model: BugsJS, whose repositories whoever runs
// this has cloned. `--from DIR` holds `express` and `hessian.js` (https://github.com/BugsJS), with their tags; packages come from the
// registry that npm is set up with. --only express#5,hessian.js#1; --attempts, --seconds: of one bug; --work DIR: kept for another
// run; --minutes: no further bug is begun then. Prints one JSON object. *Plausible*: the failing tests pass, and no other breaks. *Same*: the syntax tree that people
// left. Whatever is plausible and not the same is unclear, and not called right.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/domain/errors.ts';
import { type Project, projects } from './bugsjs/projects.ts';
import { published } from './bugsjs/published.ts';
import { type BugResult, searchBug } from './bugsjs/search-bug.ts';
import { openWorkshop } from './bugsjs/workshop.ts';
import { withFolder } from './support/folder.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    only: { type: 'string' },
    attempts: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '120' },
    minutes: { type: 'string', default: 'Infinity' },
    work: { type: 'string' },
  },
});
const limits = {
  attempts: Number(values.attempts),
  seconds: Number(values.seconds),
  ...{ places: 10, fixes: 2, recentDays: 30 },
};
const from = values.from;
const missing = projects.filter(({ name }) => from === undefined || !existsSync(join(from, name)));
if (from === undefined) {
  // Without it every other benchmark of `npm run bench` still runs.
  console.log(
    JSON.stringify({ skipped: 'expected --from DIR with clones of BugsJS/express and BugsJS/hessian.js' }),
  );
} else if (missing.length > 0) {
  process.stderr.write(
    `bugsjs: expected ${missing.map(({ name }) => join(from, name)).join(', ')}, found nothing there\n`,
  );
  process.exitCode = 2;
} else await main(resolve(from));

type Fault = { readonly bug: string; readonly fault: string };

async function main(dir: string): Promise<void> {
  const started = performance.now();
  const results: BugResult[] = [];
  const faults: Fault[] = [];
  const run = async (folder: string) => {
    for (const project of projects) await searchProject(dir, { project, folder, results, faults });
  };
  await (values.work === undefined ? withFolder(run) : run(values.work));
  console.log(JSON.stringify(told(results, faults, performance.now() - started)));
  if (faults.length > 0) process.exitCode = 1;
}

type Run = {
  readonly project: Project;
  readonly folder: string;
  readonly results: BugResult[];
  readonly faults: Fault[];
};

async function searchProject(dir: string, { project, folder, results, faults }: Run): Promise<void> {
  const numbers = Array.from({ length: project.bugs }, (_, at) => at + 1);
  const wanted = values.only?.split(',');
  const chosen = numbers.filter((n) => wanted === undefined || wanted.includes(`${project.name}#${n}`));
  if (chosen.length === 0) return;
  const own = join(folder, project.name);
  await mkdir(own, { recursive: true });
  const shop = await openWorkshop(join(dir, project.name), own);
  try {
    for (const n of chosen) {
      const bug = `${project.name}#${n}`;
      if (performance.now() > 60_000 * Number(values.minutes)) break;
      try {
        const result = await searchBug(shop, project, { n, limits });
        results.push(result);
        process.stderr.write(`${JSON.stringify(result)}\n`);
      } catch (thrown) {
        // A fault of ours: counted apart from what the search could not do.
        faults.push({ bug, fault: messageOf(thrown).slice(0, 300) });
        process.stderr.write(`${bug}: ${messageOf(thrown)}\n`);
      }
    }
  } finally {
    await shop.close();
  }
}

function told(results: readonly BugResult[], faults: readonly Fault[], ms: number): object {
  const shown = results.filter(({ end }) => end !== 'not-reproduced');
  const plausible = shown.filter(({ end }) => end === 'plausible');
  const same = plausible.filter(({ best }) => best?.correct === 'same');
  const share = (part: readonly unknown[]) =>
    shown.length === 0 ? null : Math.round((1000 * part.length) / shown.length) / 1000;
  return {
    bugs: results.length + faults.length,
    notReproduced: results.length - shown.length,
    searched: shown.length,
    plausible: plausible.length,
    sameAsPeoples: same.length,
    unclear: plausible.length - same.length,
    rates: { plausible: share(plausible), same: share(same) },
    rightFile: shown.filter(({ rightFile }) => rightFile === true).length,
    faultsOfOurs: faults,
    limits,
    minutes: Math.round(ms / 6000) / 10,
    results,
    published,
  };
}
