import { readFile, stat } from 'node:fs/promises';
import { isErrno } from '../adapters/runtime/files.ts';
import { type AgentProgram, parseAgentPrograms } from '../config/agent-programs.ts';
import { AutolandError } from '../domain/errors.ts';
import type { StateFiles } from './place.ts';

/** How an agent is started on this machine. Rejects with `config.invalid` where nobody says so, or others than this user could. */
export async function agentProgram(
  { agents }: Pick<StateFiles, 'agents'>,
  name: string,
): Promise<AgentProgram> {
  const text = await readFile(agents, 'utf8').catch((cause: unknown) => {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw cause;
  });
  if (text !== undefined) await mustBeOurs(agents);
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

async function mustBeOurs(file: string): Promise<void> {
  const { mode, uid } = await stat(file);
  if ((uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0) return;
  throw new AutolandError('config.invalid', `expected ${file} to be written by this user alone`, {
    mend: `chown it to the user that runs autoland, and chmod go-w ${file}`,
  });
}
