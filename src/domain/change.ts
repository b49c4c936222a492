import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';

/** A full lower-case hex object name of git. */
export type Sha = string;

/** `chg_` and 12 hex digits, derived from source and head, so that the same proposal twice is one change. */
export type ChangeId = string;

/** What an agent or a person hands in: commits that are already in the git host, and where they came from. */
export type Proposal = {
  /** Who made it, such as `agent:dependency` or `person:alice`. Never evidence of anything. */
  readonly source: string;
  readonly title: string;
  readonly head: Sha;
  /** The ref in the git host that holds `head`. */
  readonly ref: string;
  /** The protected branch that it wants to land on. */
  readonly target: string;
  /** What the source says about it: shown to people, never trusted. */
  readonly record: JsonObject;
};

export function changeIdOf(proposal: Pick<Proposal, 'source' | 'head'>): ChangeId {
  const digest = createHash('sha256').update(`${proposal.source}\0${proposal.head}`).digest('hex');
  return `chg_${digest.slice(0, 12)}`;
}

export type FileStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'type-changed';
export type FileKind = 'file' | 'executable' | 'symlink' | 'submodule';

/** One file of a diff, as git sees it. */
export type FileChange = {
  readonly path: string;
  /** Only for `renamed`: the path in the base. */
  readonly oldPath?: string;
  readonly status: FileStatus;
  /** The kind in the head; for `deleted`, the kind in the base. */
  readonly kind: FileKind;
  readonly added: number;
  readonly removed: number;
  readonly binary: boolean;
  /** Bytes of the blob in the head; 0 for `deleted`. */
  readonly size: number;
};

export const changeClasses = [
  'dependency-patch',
  'dependency-minor',
  'dependency-security',
  'docs',
  'lint',
  'flag-addition',
  'flag-removal',
  'crash-fix',
  'revert',
  'other',
] as const;
/** What a change does, read from its diff. `other` is never autonomous. */
export type ChangeClass = (typeof changeClasses)[number];

export const autonomyLevels = ['observe', 'propose', 'merge', 'deploy'] as const;
/** How far autoland may go alone for a class: each level includes those before it. */
export type AutonomyLevel = (typeof autonomyLevels)[number];

/** A registry package whose locked version differs between base and head. */
export type PackageChange = {
  readonly name: string;
  /** The place in the lockfile, such as `node_modules/ejs`. */
  readonly path: string;
  /** null: the package is new. */
  readonly from: string | null;
  /** null: the package is gone. */
  readonly to: string | null;
  /** Named in a manifest of the project itself, not only below another package. */
  readonly direct: boolean;
};
