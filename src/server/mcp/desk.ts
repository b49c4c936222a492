import type { ChangeClass } from '../../domain/change.ts';
import type { Needs, Prospect } from '../../stages/4-policy/prospect.ts';
import type { AgentChange } from '../../views/agents/agent-change.ts';
import type { AgentLine } from '../../views/agents/agent-line.ts';
import type { AgentStatus } from '../../views/agents/agent-status.ts';
import type { ClassAutonomy } from '../../views/autonomy.ts';
import type { RememberedVersion } from '../../views/proved.ts';
import type { StatusView } from '../../views/status-view.ts';

/**
 * What one agent may ask and hand in; it decides nothing. What is not here no agent can do: merge, expose, resume, restore, stop,
 * or change a rule. Rejects with an AutolandError where a person or the agent can mend something.
 */
export type AgentDesk = {
  submit(wish: SubmitWish): Promise<AgentSubmitted>;
  /** The same of files that it makes a commit of, on a branch that is this agent's: so the agent needs no right to push. */
  submitFiles(wish: FilesWish): Promise<AgentSubmittedFiles>;
  change(id: string): Promise<AgentChange>;
  changes(wanted: ChangesWanted): Promise<AgentChanges>;
  status(): Promise<AgentStatus>;
  allowed(question: AllowedQuestion): Promise<Allowed>;
  /** MUST end within the seconds, and soon after the signal. */
  wait(wish: WaitWish, during: WaitHooks): Promise<Waited>;
};

export type SubmitWish = { readonly ref: string; readonly title?: string | undefined };

export type AgentSubmitted = {
  readonly change: string;
  /** false: this source has handed in this commit before. */
  readonly isNew: boolean;
  readonly supersedes: readonly string[];
  /** A control plane works: it is taken up. */
  readonly running: boolean;
};

export type FilesWish = {
  /** Names the branch, and so what a later one supersedes. */
  readonly topic: string;
  readonly title: string;
  /** The commit that the files were read at: on another one, whole files would undo what others changed meanwhile. */
  readonly base: string;
  /** `text` null: the file goes. */
  readonly files: readonly { readonly path: string; readonly text: string | null }[];
};

export type AgentSubmittedFiles = AgentSubmitted & { readonly ref: string; readonly head: string };

export type ChangesWanted = {
  readonly state: 'all' | 'under way' | 'ended';
  /** Only what this agent handed in. */
  readonly mine: boolean;
  readonly limit: number;
};

export type AgentChanges = {
  /** Newest first. */
  readonly changes: readonly AgentLine[];
  /** How many more there are. */
  readonly more: number;
};

export type WaitWish = {
  readonly change: string;
  readonly seconds: number;
  /** `next`: until its stage, or what it waits for, is another one. */
  readonly until: 'ended' | 'next';
};

export type WaitHooks = {
  readonly signal: AbortSignal;
  readonly onLook: (seconds: number, stage: string) => Promise<void>;
};

export type Waited = {
  /** What was waited for has come; false: the time is over. */
  readonly came: boolean;
  readonly change: AgentChange;
};

export type AllowedQuestion = {
  readonly class?: ChangeClass | undefined;
  readonly ref?: string | undefined;
  readonly paths?: readonly string[] | undefined;
};

export type Allowed = {
  readonly source: string;
  readonly branch: string;
  readonly now: {
    readonly running: boolean;
    readonly stopped: StatusView['stopped'];
    /** Why nothing lands now; null: something may. */
    readonly frozen: string | null;
    readonly unsignedAllowed: boolean | null;
  };
  readonly limits: {
    readonly landedIn24Hours: number;
    readonly perDay: number;
    /** Changes of this agent that may be under way at once, and that are. */
    readonly openAtOnce: number;
    readonly open: number;
    /** The same of those that it hands in within 24 hours, whatever became of them. */
    readonly submitPerDay: number;
    readonly submittedIn24Hours: number;
    readonly maxFiles: number;
    readonly maxChangedLines: number;
    readonly maxDeletedLines: number;
    readonly maxFileKiB: number;
  };
  readonly packages: {
    readonly registries: readonly string[];
    readonly minimumAgeDays: number;
    /** Newest last. */
    readonly turnedAway: readonly RememberedVersion[];
  };
  /** Patterns of this repository, besides what is protected everywhere. */
  readonly protectedPaths: readonly string[];
  /** Of the paths that were asked about. */
  readonly paths: readonly { readonly path: string; readonly protected: boolean }[];
  /** The class that was asked about, or all. */
  readonly classes: readonly ClassAllowed[];
  /** null: none was asked about. */
  readonly ref: RefAllowed | null;
};

export type ClassAllowed = {
  readonly class: ChangeClass;
  readonly level: Pick<ClassAutonomy, 'configured' | 'effective'>;
  /** What it is demoted for; []: it is not. */
  readonly demotedFor: readonly { readonly change: string; readonly code: string; readonly at: string }[];
  readonly ifAllPass: Prospect;
  /** null: no policy permits it, whatever passes. Absent where several classes are told of. */
  readonly needs?: Needs | null | undefined;
};

/** How a ref would be classed, merged onto the branch as it is now. */
export type RefAllowed = {
  readonly head: string;
  /** null: it has no class, since the code and reasons below would end it. */
  readonly class: ChangeClass | null;
  readonly code: string | null;
  readonly reasons: readonly string[];
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
  readonly protectedPaths: readonly string[];
  readonly packages: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  readonly ifAllPass: Prospect | null;
  readonly needs: Needs | null;
};
