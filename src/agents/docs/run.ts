import { type DocsKind, docsKinds } from '../../domain/agents.ts';
import type { Proposal } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitInbox } from '../../ports/git-host.ts';
import type { Speller } from '../../ports/speller.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import { changedSamples } from '../../stages/2-guardrails/documentation/samples.ts';
import { type PortionRules, portionOf, type Skipped } from '../portions.ts';
import { missingFiles, staleCommands } from './commands.ts';
import { type Finding, isMend, type KeyedMend } from './finding.ts';
import { type DeadLink, deadLinks, mendLink } from './links.ts';
import { changeOf } from './proposal.ts';
import { lookThroughOthers, type Others } from './run-others.ts';
import { belowManifests, movesOf, namesOf, type PastDeps, pastOf, unreadManifest } from './run-past.ts';
import { type ReadDocs, type ReadingDeps, type ReadingSettings, readDocs } from './run-read.ts';
import { onSites, strangelyNamed } from './sites.ts';
import { mendWords, slipsIn, type Unknown, wordsIn } from './spelling.ts';
import { staleVersions } from './versions.ts';
import { areNear, sorted } from './weigh.ts';

export type DocsAgentDeps = ReadingDeps &
  PastDeps & {
    readonly git: GitInbox;
    readonly speller: Speller;
    readonly syntax: Pick<SyntaxComparer, 'faults'>;
  };

export type DocsAgentSettings = ReadingSettings &
  Omit<PortionRules, 'agent' | 'base' | 'maxWeight'> & {
    readonly kinds: readonly DocsKind[];
    /** The project's own words. */
    readonly words: readonly string[];
    readonly asOf: Date;
  };

export type DocsAgentReport = {
  readonly proposals: readonly Proposal[];
  /** What was found and not proposed, with the reason. */
  readonly skipped: readonly Skipped[];
};

const unspelt = {
  name: 'spelling',
  code: 'docs.not-read',
  reason: 'Not looked at: the dictionaries gave no answer.',
};

const none: Unknown = new Map();
const mostMends = 40;
/** What is weighed in one scan: who writes documents must not decide how long that takes. */
const mostOfAKind = 300;
const mostTold = 100;
const mostSamples = 2_000;

/** Proposes what documents say wrongly and what can be set right for sure, each kind as a change of its own. */
export async function runDocsAgent(
  deps: DocsAgentDeps,
  settings: DocsAgentSettings,
): Promise<DocsAgentReport> {
  try {
    return await lookAndPropose(deps, settings);
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    return { proposals: [], skipped: [{ name: settings.target, code: error.code, reason: error.message }] };
  }
}

async function lookAndPropose(deps: DocsAgentDeps, settings: DocsAgentSettings): Promise<DocsAgentReport> {
  const docs = await readDocs(deps, settings);
  if (docs.own.size === 0) return { proposals: [], skipped: docs.skipped };
  const found = await findAll(deps, settings, docs);
  if (typeof found === 'string')
    return { proposals: [], skipped: [{ name: settings.target, code: 'docs.too-much', reason: found }] };
  const { findings, others, unread } = found;
  const { mends, told } = sorted(findings, docs.texts, others.readers);
  const report = { proposals: [] as Proposal[], skipped: [...docs.skipped, ...unread, ...told] };
  const taken: KeyedMend[] = [];
  for (const kind of docsKinds) {
    const all = mends.filter((mend) => mend.kind === kind && !taken.some((each) => areNear(each, mend)));
    const near = mends.filter((mend) => mend.kind === kind).length - all.length;
    const rules = { ...settings, agent: 'docs', base: docs.base, maxWeight: mostMends };
    const { items, skipped } = portionOf(kind, all, rules, report.proposals.length);
    report.skipped.push(...skipped, ...(near > 0 ? [waitingBeside(kind, near)] : []));
    taken.push(...items);
    if (items.length > 0) report.proposals.push(await propose(deps, settings, docs, { kind, mends: items }));
  }
  return { ...report, skipped: atMost(report.skipped) };
}

function waitingBeside(kind: DocsKind, count: number): Skipped {
  const reason = `${count} more ${count === 1 ? 'waits' : 'wait'}: another change of this scan touches the lines around.`;
  return { name: kind, code: 'docs.later', reason };
}

type Found = {
  readonly findings: readonly Finding[];
  readonly others: Others;
  readonly unread: readonly Skipped[];
};

/** Or why what is found could not be weighed. */
async function findAll(
  deps: DocsAgentDeps,
  settings: DocsAgentSettings,
  docs: ReadDocs,
): Promise<Found | string> {
  const wants = (kind: DocsKind) => settings.kinds.includes(kind);
  const written = await findWritten(deps, settings.asOf, docs, wants);
  const present = ofThePresent(docs.own);
  const unknown = wants('spelling') ? await deps.speller.unknown(wordsIn(present)) : none;
  const slips = slipsIn(docs.own, unknown ?? none, new Set(settings.words.map((word) => word.toLowerCase())));
  const others = await lookThroughOthers(deps.git, docs, {
    words: [...new Set(slips.map(({ word }) => word.text))],
    documents: [...new Set([...written.filter(isMend), ...slips].map(({ path }) => path))],
  });
  if (typeof others === 'string') return others;
  const lower = [...docs.texts.values()].map((text) => text.toLowerCase());
  const used = (word: string) => ({
    documents: lower.reduce((sum, text) => sum + text.split(word).length - 1, 0),
    others: others.holding.get(word) ?? 0,
  });
  const asksManifest = wants('commands') || wants('versions');
  const unread = [
    ...(unknown === undefined ? [unspelt] : []),
    ...(asksManifest ? await unreadManifest(deps, docs.base) : []),
  ];
  return { findings: [...written, ...mendWords(slips, used)], others, unread };
}

/** All but the spelling. */
async function findWritten(
  deps: DocsAgentDeps,
  asOf: Date,
  docs: ReadDocs,
  wants: (kind: DocsKind) => boolean,
): Promise<readonly Finding[]> {
  const dead = wants('links') ? deadLinksHere(docs).slice(0, mostOfAKind) : [];
  const gone = dead.filter(({ kind }) => kind === 'dead-link').map(({ target }) => target);
  const missing = wants('commands') ? missingFiles(docs.own, docs.site.paths) : [];
  const moves = await movesOf(deps, docs, [...new Set([...gone, ...missing])]);
  const past = await pastOf(deps, docs.base);
  const named = await namesOf(deps, docs, past, moves);
  const { site } = docs;
  const known = { site, moves, isOnSite: onSites(site.paths), strange: strangelyNamed(site, docs.readings) };
  const isOfAnother = belowManifests(docs.listed);
  const present = [...ofThePresent(docs.own)];
  return [
    ...dead.map((each) => mendLink(each, known)),
    ...(wants('commands')
      ? present.flatMap(([path, { codes }]) => staleCommands(path, codes, named)).slice(0, mostOfAKind)
      : []),
    ...(wants('commands') ? await faultsOf(deps, docs) : []),
    ...(wants('versions')
      ? present
          .filter(([path]) => !isOfAnother(path))
          .flatMap(([path]) => staleVersions(path, docs.texts.get(path) ?? '', past, asOf))
          .slice(0, mostOfAKind)
      : []),
  ];
}

/** What lies in a submodule is of another repository, which nobody has fetched; and no symbolic link is followed. */
function deadLinksHere({ site, own, listed }: ReadDocs): readonly DeadLink[] {
  const closed = listed.filter(({ kind }) => kind === 'submodule' || kind === 'symlink');
  const folders = closed.map(({ path }) => `${path}/`);
  return deadLinks(site, own).filter(({ target }) => !folders.some((folder) => target.startsWith(folder)));
}

/** What tells of the past is right to name what is gone, and stays as it was written. */
function ofThePresent(own: ReadDocs['own']): ReadDocs['own'] {
  return new Map([...own].filter(([path]) => !tellsOfThePast.test(path)));
}

const tellsOfThePast =
  /(^|\/)(changelog|changes|history|news|releases?|migrat\w*|upgrad\w*)[^/]*(\/|$)|(^|\/)(adr|adrs|decisions|rfcs?|archive)\//i;

/** Samples that do not parse: what was meant is for a person to say. */
async function faultsOf({ syntax }: DocsAgentDeps, { own, texts }: ReadDocs): Promise<readonly Finding[]> {
  const changed = [...own.keys()].map((path) => ({
    path,
    oldPath: path,
    base: '',
    head: texts.get(path) ?? '',
  }));
  const head = new Map([...own].map(([path, { outline }]) => [path, outline]));
  const samples = changedSamples(changed, { base: new Map(), head }).slice(0, mostSamples);
  const answers = await syntax.faults(samples.map(({ source }) => source));
  return samples.flatMap(({ path, block, source }): Finding[] => {
    const why = answers.get(source.id);
    if (typeof why !== 'string') return [];
    const what = `has ${block.language} that does not parse: ${why}`;
    return [
      {
        kind: 'commands',
        path,
        line: block.line,
        code: 'code-does-not-parse',
        what,
        why: 'what was meant is not clear',
      },
    ];
  });
}

async function propose(
  { git }: DocsAgentDeps,
  { target, asOf }: DocsAgentSettings,
  { base, texts }: ReadDocs,
  asked: { readonly kind: DocsKind; readonly mends: readonly KeyedMend[] },
): Promise<Proposal> {
  const { files, ...said } = changeOf(asked, base, texts);
  const { title, message, ref, record, source } = said;
  const head = await git.propose({ base, files, message, ref, at: asOf });
  return { source, title, head, ref, target, record };
}

function atMost(skipped: readonly Skipped[]): readonly Skipped[] {
  if (skipped.length <= mostTold) return skipped;
  const reason = `${skipped.length - mostTold} more are not named here.`;
  return [...skipped.slice(0, mostTold), { name: 'documents', code: 'docs.more', reason }];
}
