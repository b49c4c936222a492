import type { FixLimits } from '../../src/agents/crash-fix/limits.ts';
import { namesOf } from '../../src/agents/crash-fix/rules.ts';
import { findFix } from '../../src/agents/crash-fix/run-search.ts';
import type { FixSearch, RankedFix } from '../../src/domain/crash-fix.ts';
import { type Bug, openBug } from './bug.ts';
import { localise } from './find-places.ts';
import type { Project } from './projects.ts';
import type { Workshop } from './workshop.ts';

export type BugResult = {
  readonly bug: string;
  readonly end: 'plausible' | 'none' | 'not-reproduced';
  readonly why: string;
  readonly localisedBy?: 'stack' | 'spectrum';
  /** Whether a place that was looked at is in a file, or near a line, that people changed. */
  readonly rightFile?: boolean;
  readonly attempts: number;
  readonly seconds: number;
  /** Of the best: `same` as people's by its syntax tree, or unclear: nobody has shown it right or wrong. */
  readonly best?: {
    readonly kind: string;
    readonly name: string;
    readonly place: string;
    readonly correct: Correct;
  };
  readonly anyCorrect?: boolean;
  readonly ends: Readonly<Record<string, number>>;
};

export type Correct = 'same' | 'unclear';

/** One bug from its failing tests to the fixes that pass. */
export async function searchBug(
  shop: Workshop,
  project: Project,
  { n, limits }: { readonly n: number; readonly limits: FixLimits },
): Promise<BugResult> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  const bug = await openBug(shop, project, n);
  const none = { bug: bug.name, attempts: 0, ends: {} };
  const names = await showingTests(shop, bug);
  if (typeof names === 'string') return { ...none, end: 'not-reproduced', why: names, seconds: seconds() };
  const found = await localise(shop, bug, names);
  if (found === undefined)
    return { ...none, end: 'none', why: 'no line of its own code is suspect', seconds: seconds() };
  const { crash, by } = found;
  const { tip, commands, alone } = bug;
  const reproducing = { files: new Map<string, string>(), command: alone, names };
  const search = await findFix(shop, { crash, tip, commands, reproducing, limits });
  const best = search.fixes[0];
  return {
    ...none,
    end: best === undefined ? 'none' : 'plausible',
    why: search.ended?.code ?? '',
    localisedBy: by,
    rightFile: search.places.some(({ file }) => bug.human.has(file)),
    attempts: search.tried.length,
    seconds: seconds(),
    ...(best === undefined ? {} : await judged(shop, bug, search.fixes, best)),
    ends: endsOf(search),
  };
}

/** Tests that fail on the buggy sources and pass on the mended ones; or why there are none. */
async function showingTests({ tests }: Workshop, bug: Bug): Promise<readonly string[] | string> {
  const commands = { ...bug.commands, test: bug.alone };
  const [before, after] = [await tests.measure(commands, bug.tip), await tests.measure(commands, bug.fixed)];
  if (before.kind !== 'ran') return `its tests could not be run: ${JSON.stringify(before).slice(0, 300)}`;
  const [red, green] = [namesOf(before, 'not-ok'), namesOf(after, 'ok')];
  if (red === undefined || green === undefined)
    throw new Error(`no report of its tests: ${before.tail.trim().slice(-200)}`);
  const stillRed = new Set(namesOf(after, 'not-ok'));
  const showing = (red ?? []).filter((name) => green?.includes(name) && !stillRed.has(name));
  if (showing.length > 0) return showing;
  return `no test fails without its fix and passes with it, with this Node: ${before.tail.trim().slice(-200)}`;
}

async function judged(shop: Workshop, bug: Bug, fixes: readonly RankedFix[], best: RankedFix) {
  const verdicts = await Promise.all(fixes.map((fix) => verdictOf(shop, bug, fix)));
  const { kind, name, place } = best;
  const where = `${place.file}:${place.line}`;
  return {
    best: { kind, name, place: where, correct: verdicts[0] ?? 'unclear' },
    anyCorrect: verdicts.includes('same'),
  };
}

/** Every file as people left it, but for how it is written. */
async function verdictOf({ syntax }: Workshop, { human }: Bug, { files }: RankedFix): Promise<Correct> {
  if (files.size !== human.size) return 'unclear';
  const pairs = [...files].map(([path, text]) => ({ path, base: human.get(path) ?? '', head: text ?? '' }));
  const compared = await syntax.compare(pairs);
  return pairs.every(({ path }) => compared.get(path)?.same === true) ? 'same' : 'unclear';
}

function endsOf({ tried }: FixSearch): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { end } of tried) counts.set(end, (counts.get(end) ?? 0) + 1);
  return Object.fromEntries(counts);
}
