import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Advisories } from '../../ports/advisories.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Registry } from '../../ports/registry.ts';
import type { Skipped } from './choose/candidates.ts';
import { type Bundle, type Groups, halvesOf, type TurnedAway } from './choose/groups.ts';
import { type Pace, whyLater } from './choose/pace.ts';
import type { PlannedUpdate } from './choose/plan.ts';
import type { Declined, UpdateRules } from './choose/rules.ts';
import type { Regenerate } from './files/regenerate.ts';
import { type Files, filesOf } from './files/run-files.ts';
import type { Project } from './managers/run-read.ts';
import type { LockWriter } from './managers/run-writer.ts';
import { proposalOf } from './run-propose.ts';
import type { SecuritySettings } from './security/run-security.ts';

export type DependencyAgentDeps = Regenerate & {
  readonly git: Pick<GitReader, 'resolve' | 'readFile' | 'list'> & GitInbox;
  readonly registry: Registry;
  readonly advisories: Advisories;
};

export type DependencyAgentSettings = UpdateRules & {
  readonly target: string;
  /** Packages to look at; absent: all. */
  readonly only?: readonly string[];
  readonly maxOpen: number;
  /** Of what mends nothing. */
  readonly pace: Pace;
  /** Proposals of this agent that are still under way: they count, and are not made again. */
  readonly open: readonly { readonly name: string; readonly version: string; readonly change: ChangeId }[];
  /** Proposals of this agent that a person has not decided on: not made again from the same commit. */
  readonly held: readonly HeldUpdate[];
  readonly groups: Groups;
  /** What was turned away as one, and is not proposed again as one. */
  readonly turnedAway: readonly TurnedAway[];
  readonly overrides: {
    /** Whether a fix may be written as an override where nothing else helps. */
    readonly write: boolean;
    /** Those that this agent has proposed so far. */
    readonly own: readonly OwnOverride[];
  };
  /** null: what is vulnerable is not looked for. */
  readonly security: SecuritySettings | null;
};

/** That `name` is taken at `version` below the package `below`, which asked for `range`. */
export type OwnOverride = {
  readonly name: string;
  readonly version: string;
  readonly below: string;
  readonly range: string;
};

export type HeldUpdate = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The commit that it was made from. */
  readonly base: Sha;
  readonly change: ChangeId;
};

export type Attempt = {
  readonly deps: DependencyAgentDeps;
  readonly settings: DependencyAgentSettings;
  readonly project: Project;
  readonly writer: LockWriter;
  /** What has come of it so far. */
  readonly report: { readonly proposals: Proposal[]; readonly skipped: Skipped[] };
};

/** Whether a package is to be looked at. */
export const isWanted = ({ only }: DependencyAgentSettings, name: string) => only?.includes(name) !== false;

/** Neither under way nor with a person. */
export function isFree({ settings, project, report }: Attempt, update: PlannedUpdate): boolean {
  const skip = (code: string, reason: string) => report.skipped.push(skipped(update, { code, reason }));
  const held = settings.held.find((each) => isSame(each, update, project.base));
  if (settings.open.some((each) => each.name === update.name))
    skip('dependency.open', 'An earlier proposal for it is still under way.');
  else if (held !== undefined)
    skip('dependency.held', `${update.to} was proposed from this very commit: ${held.change} is held.`);
  else return true;
  return false;
}

const skipped = ({ name, from }: PlannedUpdate, why: Declined): Skipped => ({ name, version: from, ...why });

/** They say nothing about the packages: halves would fare no better. */
const passing = /^(registry|git)\.|^sandbox\.unavailable$/;

export async function tryBundle(attempt: Attempt, bundle: Bundle<PlannedUpdate>): Promise<void> {
  const skip = (why: Declined) => skipAll(attempt, bundle, why);
  const full = whyWaits(attempt, bundle);
  if (full !== undefined) {
    skip(full);
    return;
  }
  const made = await filesFor(attempt, bundle.updates);
  if (!('code' in made)) await propose(attempt, bundle, made.files);
  else if (bundle.updates.length === 1 || passing.test(made.code)) skip(made);
  else for (const half of halvesOf(bundle)) await tryBundle(attempt, half);
}

/** There is no room for it, or it is not its time. */
export function whyWaits(attempt: Attempt, { updates }: Bundle<PlannedUpdate>): Declined | undefined {
  const [{ to } = { to: 'it' }, ...more] = updates;
  const what = more.length === 0 ? to : 'the group';
  return whyFull(attempt, what) ?? (updates.every(mends) ? undefined : whyNotNow(attempt, what));
}

function skipAll({ report }: Attempt, { updates }: Bundle<PlannedUpdate>, why: Declined): void {
  report.skipped.push(...updates.map((update) => skipped(update, why)));
}

export function whyFull({ settings, report }: Attempt, what: string): Declined | undefined {
  const underWay = new Set(settings.open.map(({ change }) => change)).size + report.proposals.length;
  if (underWay < settings.maxOpen) return undefined;
  const reason = `${settings.maxOpen} proposals are under way already; ${what} waits.`;
  return { code: 'dependency.max-open', reason };
}

const mends = ({ fixes }: PlannedUpdate): boolean => fixes !== undefined;

function whyNotNow({ settings, report }: Attempt, what: string): Declined | undefined {
  // What the branch has overtaken was proposed once in its time.
  if (settings.only !== undefined) return undefined;
  const made = report.proposals.filter(({ record }) => record.fixes === undefined);
  return whyLater(settings.pace, made.length, what);
}

export async function filesFor(attempt: Attempt, updates: readonly PlannedUpdate[]): Promise<Files> {
  return filesOf(attempt, updates).catch(asDeclined);
}

/** Makes the proposal; where git cannot, says so of each update. */
export async function propose(
  attempt: Attempt,
  bundle: Bundle<PlannedUpdate>,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const { deps, settings, project, report } = attempt;
  const place = { base: project.base, target: settings.target, at: settings.asOf };
  const made = await proposalOf(deps.git, bundle, files, place).catch(asDeclined);
  if ('code' in made) skipAll(attempt, bundle, made);
  else report.proposals.push(made);
}

/** A bug stays one. */
function asDeclined(thrown: unknown): Declined {
  if (thrown instanceof AutolandError) return { code: thrown.code, reason: thrown.message };
  throw thrown;
}

function isSame(held: HeldUpdate, { name, from, to }: PlannedUpdate, base: Sha): boolean {
  return held.name === name && held.from === from && held.to === to && held.base === base;
}
