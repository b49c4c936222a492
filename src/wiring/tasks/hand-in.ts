import type { Config } from '../../config/schema.ts';
import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import { printable } from '../../domain/printable.ts';
import { submit } from '../../engine/submit.ts';
import { mayEnterAs } from '../mcp/open-changes.ts';
import { type Contents, contentsBetween } from './base-with.ts';
import type { Task, Worked } from './work.ts';

type Made = Extract<Worked, { kind: 'made' }>;

/**
 * The change that it is handed in as; null: only rehearsed. `same`: it is what was refused before, and is not handed in again. `back`: all of what
 * was to be mended is taken back.
 */
export async function handIn(
  task: Task,
  made: Made,
  how: { readonly actor: string; readonly dryRun: boolean },
): Promise<ChangeId | null | 'same' | 'back'> {
  const { repository, workshop, config, base } = task;
  const { store, clock } = repository;
  const title = titleOf(task.text);
  const ref = refOf(task);
  const said = { message: `${title}\n`, at: clock.now() };
  const commit = { ...said, ...(await onTip(task, made.files, said)) };
  if (commit.files.size === 0) return 'back';
  const head = await workshop.git.propose({ ...commit, ref: null });
  if (how.dryRun) return null;
  if (await isSame(task, head)) return 'same';
  await mayHandIn(task);
  await workshop.git.propose({ ...commit, ref });
  const record = {
    task: task.task,
    round: task.round,
    base,
    models: [...made.models],
    cause: task.cause,
    ...authorOf(config, made.models),
  };
  const proposal: Proposal = {
    ...{ source: sourceOf(task), title, head, ref, target: config.branch, record },
  };
  const ports = { journal: store, outbox: store, clock };
  return (await submit(ports, await repository.ledger(), proposal, how.actor)).change;
}

/** Whoever gives tasks in a loop must not fill the queue. Rejects with `agent.too-many-open` and `agent.too-many-today`. */
export async function mayHandIn(task: Task): Promise<void> {
  const { repository } = task;
  const entering = { source: sourceOf(task), ref: refOf(task) };
  mayEnterAs(entering, await repository.ledger(), repository.clock.now());
}

const refOf = ({ task }: Task) => `refs/heads/autoland/task/${task}`;
const sourceOf = ({ agent }: Task) => `agent:${agent}`;

/** As what was turned away: it would be again. */
async function isSame({ repository, workshop, after }: Task, head: Sha): Promise<boolean> {
  const before = after && (await repository.ledger()).changes.get(after.change)?.proposal.head;
  return before != null && (await workshop.git.diff(before, head)).length === 0;
}

function contentsOf(files: Made['files']): Contents {
  const executable = [...files].flatMap(([path, file]) =>
    file === null ? [] : [[path, file.isExecutable] as const],
  );
  return {
    files: new Map([...files].map(([path, file]) => [path, file?.bytes ?? null])),
    executable: new Map(executable),
  };
}

/** One commit on the branch: what was turned away must not land as a commit of its own below its mend. */
async function onTip(
  { workshop: { git }, base, tip }: Task,
  files: Made['files'],
  said: { readonly message: string; readonly at: Date },
): Promise<Contents & { readonly base: Sha }> {
  if (tip === base) return { base, ...contentsOf(files) };
  const made = await git.propose({ base, ...said, ...contentsOf(files), ref: null });
  return { base: tip, ...(await contentsBetween(git, tip, made)) };
}

/** Of several families nobody knows which wrote it: a judge then abstains. */
function authorOf(
  config: Config,
  models: readonly string[],
): { readonly model?: { readonly family: string } } {
  const families = [...new Set(models.flatMap((name) => config.models[name]?.family ?? []))];
  const [family, ...more] = families;
  return family === undefined || more.length > 0 ? {} : { model: { family } };
}

/** A person's words, so that they may stand in a commit. */
export function titleOf(text: string): string {
  const [line = ''] = text.trim().split('\n');
  const first = printable(line).trim();
  return first.length <= 72 ? first : `${first.slice(0, 71).toWellFormed()}…`;
}
