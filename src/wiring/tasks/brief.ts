import { taskBudget } from '../../config/task-budget.ts';
import { type TaskClass, taskClasses } from '../../domain/agents.ts';
import { isBlobOwner } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { readPage } from '../../domain/recording.ts';
import { shownToolCall } from '../../views/conversation.ts';
import { saidIn } from '../../views/exchanges.ts';
import { blobsOf } from '../models/recordings.ts';
import type { Repository } from '../place/repository.ts';
import { logOf, type Task, type TaskBrief } from './work.ts';

/** The name of the entry that holds it. No agent has it: it is none of those of the configuration. */
const tool = 'task';

/** Keeps what was asked with what is said in it, so that it can be asked again, and erased with the rest. */
export async function rememberBrief(task: Task): Promise<void> {
  const { agent, text, data, model, class: meant, budget, repository } = task;
  const input = { agent, text, data, model, class: meant, budget };
  const startedAt = repository.clock.now();
  await logOf(task).recordCall({ tool, input, output: '', isError: false, startedAt, ms: 0 });
}

/** undefined: it was erased, or cannot be read. */
export async function recallBrief(repository: Repository, task: string): Promise<TaskBrief | undefined> {
  const owner = `task_${task}`;
  if (!isBlobOwner(owner)) return undefined;
  const entries = await repository.store.read({ types: ['tool.called'] });
  const [kept] = saidIn(entries.filter(({ data }) => data.owner === owner && data.tool === tool));
  if (kept === undefined) return undefined;
  try {
    const bytes = await blobsOf(repository.place).get(owner, kept.content);
    const page = bytes && readPage(bytes);
    return page && briefIn(shownToolCall(kept.content, new Map([[kept.content, page]])));
  } catch (thrown) {
    if (thrown instanceof AutolandError) return undefined;
    throw thrown;
  }
}

function briefIn(shown: ReturnType<typeof shownToolCall>): TaskBrief | undefined {
  if (shown === undefined || 'gap' in shown || 'gap' in shown.input) return undefined;
  const { value } = shown.input;
  if (!isRecord(value) || typeof value.agent !== 'string' || typeof value.text !== 'string') return undefined;
  const { agent, text, data, model } = value;
  // A budget that cannot be read would be none.
  const budget = taskBudget.safeParse(value.budget ?? null);
  if (!budget.success) return undefined;
  const words = { agent, text, data: textIn(data), model: textIn(model) };
  return { ...words, class: classIn(value.class), budget: budget.data };
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function classIn(value: unknown): TaskClass | null {
  return taskClasses.find((name) => name === value) ?? null;
}
