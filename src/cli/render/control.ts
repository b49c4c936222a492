import { wrapAll } from './text.ts';

export type StopView = {
  readonly by: string;
  readonly reason: string;
  /** RFC 3339: when it was stopped already; null: it was not. */
  readonly since: string | null;
  readonly state: string;
  readonly dryRun: boolean;
};

const whileStopped = 'no change merges, is exposed or promoted until: autoland resume';

export function renderStop({ by, reason, since, state, dryRun }: StopView): string[] {
  const lines =
    since === null
      ? [`${dryRun ? 'would stop' : 'stopped'}: ${whileStopped}`]
      : [`was stopped already by ${by} at ${since}: ${reason}`, whileStopped];
  return [...wrapAll(lines), stateLine(state)];
}

export type ResumeView = {
  /** null: it was not stopped. */
  readonly was: { readonly by: string; readonly reason: string } | null;
  readonly state: string;
  readonly dryRun: boolean;
};

export function renderResume({ was, state, dryRun }: ResumeView): string[] {
  const line =
    was === null
      ? 'it was not stopped'
      : `${dryRun ? 'would resume' : 'resumed'} (stopped by ${was.by}: ${was.reason})`;
  return [...wrapAll([line]), stateLine(state)];
}

export type KillView = {
  readonly flag: string;
  readonly killed: boolean;
  /** null: it was not closed before. */
  readonly was: { readonly by: string; readonly at: string } | null;
  readonly state: string;
};

export function renderKill({ flag, killed, was, state }: KillView): string[] {
  const line =
    was === null
      ? `${killed ? 'closed' : 'would close'} ${flag} for good`
      : `${flag} was closed already by ${was.by} at ${was.at}: whoever has a candidate now has it by another flag (autoland status)`;
  return [...wrapAll([line]), stateLine(state)];
}

export type TellView = {
  readonly change: string;
  readonly name: string;
  readonly sent: boolean;
  /** A control plane runs that takes it in. */
  readonly heard: boolean;
  readonly state: string;
};

const meaning: Readonly<Record<string, string>> = {
  cancel: 'cancelled before its merge',
  rollback: 'taken back: its flag closes, its merge is reverted',
  'rollout.pause': 'watched on, but raised no further',
  'rollout.continue': 'goes on without --pause and --set',
  'rollout.advance': 'the bake of this step ends; its tests still decide',
  'rollout.set': 'exposed no further than asked for',
};

export function renderTold({ change, name, sent, heard, state }: TellView): string[] {
  const lines = [
    `${sent ? '' : 'would be told: '}${change} ${meaning[name] ?? name}`,
    ...(sent && !heard ? ['no control plane is running: the next autoland up takes it in'] : []),
  ];
  return [...wrapAll(lines), stateLine(state)];
}

/** Which autoland obeys: there may be several on a machine. */
function stateLine(state: string): string {
  return `  state ${state}`;
}
