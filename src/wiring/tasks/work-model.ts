import { randomBytes } from 'node:crypto';
import { TreeWorkbench } from '../../adapters/coding-agent/workbench.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { runTaskLoop } from '../../agents/task/run.ts';
import { AutolandError } from '../../domain/errors.ts';
import { compilePattern } from '../../domain/path-pattern.ts';
import type { LeftFile } from '../../ports/coding-agent.ts';
import { Models } from '../models/models.ts';
import { logOf, type Task, type Worked } from './work.ts';

/** A model works on it by tools of autoland. Rejects with `usage` where no model is named, and as `Models.model` does. */
export async function workByModel(task: Task): Promise<Worked> {
  const { repository, workshop, config, base } = task;
  const { clock, place } = repository;
  const name = modelOf(task);
  const log = logOf(task);
  const model = await new Models(place.files, clock).model(config, { name, change: task.task, log });
  const { git, sandbox, workspace } = workshop;
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: process.version });
  await using bench = await TreeWorkbench.open({ git, jobs, commit: base, commands: config.commands });
  const { rounds, seconds } = config.agents.model;
  const end = await runTaskLoop(
    { model, bench, log, clock },
    {
      ...{
        task: task.text,
        data: task.data,
        feedback: task.after?.text ?? null,
        rounds,
        seconds,
        nonce: randomBytes(9).toString('hex'),
      },
      rules: {
        class: task.class ?? undefined,
        protectedPaths: config.scope.protectedPaths.map(compilePattern),
      },
    },
  );
  if (end.kind === 'failed') return { kind: 'failed', models: [name], why: end.why };
  return { kind: 'made', models: [name], files: await leftFiles(end.files, bench) };
}

/** What was written as it is there already is no change. */
async function leftFiles(
  written: ReadonlyMap<string, string>,
  bench: TreeWorkbench,
): Promise<ReadonlyMap<string, LeftFile>> {
  const kinds = await bench.files();
  const left = new Map<string, LeftFile>();
  for (const [path, text] of written) {
    const bytes = Buffer.from(text);
    if ((await bench.read(path))?.equals(bytes) === true) continue;
    left.set(path, { bytes, isExecutable: kinds.get(path) === 'executable' });
  }
  return left;
}

/** Throws `usage`. */
export function modelOf({ model, config }: Task): string {
  const name = model ?? config.agents.model.model;
  const known = Object.keys(config.models);
  if (name !== null && known.includes(name)) return name;
  throw new AutolandError('usage', `expected the name of a model, found ${name ?? 'none'}`, {
    mend:
      known.length === 0
        ? 'describe one under models in .autoland/autoland.yaml (docs/guide/models.md)'
        : `name one with --model: ${known.join(', ')}; or set agents: { model: { model: ${known[0]} } }`,
  });
}
