import { modelAgent } from '../../domain/agents.ts';
import { modelServersFile, readModelServers } from '../models/model-servers.ts';
import { placed } from '../models/models.ts';
import { agentProgram } from './agent-programs.ts';
import type { Task } from './work.ts';
import { mustBeNamed } from './work-command.ts';
import { modelOf } from './work-model.ts';

/**
 * Whether branch and machine know the agent that a person names. Of a slip of the hand nothing is journalled, and nobody is told that a
 * task was given up. Rejects as the work itself would.
 */
export async function mustBeReady(task: Task): Promise<void> {
  const { files } = task.repository.place;
  if (task.agent !== modelAgent) {
    mustBeNamed(task);
    await agentProgram(files, task.agent);
    return;
  }
  const name = modelOf(task);
  const file = modelServersFile(files);
  placed(name, task.config, await readModelServers(file), file);
}
