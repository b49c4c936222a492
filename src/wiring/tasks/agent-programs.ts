import { type AgentProgram, parseAgentPrograms } from '../../config/agent-programs.ts';
import { AutolandError } from '../../domain/errors.ts';
import { readOperatorsFile } from '../place/operators-file.ts';
import type { StateFiles } from '../place/place.ts';

/** How an agent is started on this machine. Rejects with `config.invalid` where nobody says so, and with `key.unsafe` where anybody could. */
export async function agentProgram(
  { agents }: Pick<StateFiles, 'agents'>,
  name: string,
): Promise<AgentProgram> {
  const file = { path: agents, says: 'coding agents', danger: 'have anything run in the sandbox' };
  const text = await readOperatorsFile(file);
  const programs = text === undefined ? {} : parseAgentPrograms(text, agents);
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program !== undefined) return program;
  const known = Object.keys(programs).join(', ') || 'none';
  throw new AutolandError(
    'config.invalid',
    `expected ${name} among the agents of ${agents}, found ${known}`,
    {
      mend: `add to its agents: ${name}: { run: [node, /agent/main.mjs, "{task}"], directory: /opt/${name} }`,
    },
  );
}
