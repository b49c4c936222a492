import { readFile, stat } from 'node:fs/promises';
import type { AgentName } from '../domain/agents.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { maxJsonBytes } from '../domain/npm/hostile-json.ts';

type Asked = {
  readonly agent?: AgentName | undefined;
  readonly profile?: string | undefined;
  readonly recordings?: string | undefined;
};
type Wanted = { agent?: AgentName; profile?: string; recordings?: string };

/** What `scan` is asked: a profile is for the agent for performance, and no other is run for it; recordings are for the agent for crashes. */
export async function scanOf({ agent: named, profile: file, recordings }: Asked): Promise<Wanted> {
  const agent = file === undefined ? named : 'performance';
  if (named !== undefined && agent !== named)
    throw otherAgent('--profile', 'performance', `--agent ${named}`);
  if (recordings !== undefined && agent !== undefined && agent !== 'crash-fix')
    throw otherAgent('--recordings', 'crash-fix', file === undefined ? `--agent ${agent}` : '--profile');
  const only = agent === undefined ? {} : { agent };
  if (file === undefined) return recordings === undefined ? only : { ...only, recordings };
  const profile = await readProfile(file).catch((cause: unknown) => {
    throw new AutolandError('usage', `expected a CPU profile at ${file}: ${messageOf(cause)}`, {
      mend: 'collect one with `node --cpu-prof`',
      cause,
    });
  });
  return { ...only, profile };
}

function otherAgent(option: string, agent: AgentName, found: string): AutolandError {
  return new AutolandError('usage', `expected ${option} with --agent ${agent}, found ${found}`, {
    mend: found === '--profile' ? 'scan twice' : 'leave --agent out',
  });
}

async function readProfile(file: string): Promise<string> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error('it is no plain file');
  if (found.size > maxJsonBytes) throw new Error(`it has ${found.size} bytes, over ${maxJsonBytes}`);
  return readFile(file, 'utf8');
}
