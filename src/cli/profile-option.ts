import { readFile, stat } from 'node:fs/promises';
import type { AgentName } from '../domain/agents.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { maxJsonBytes } from '../domain/npm/hostile-json.ts';

type Asked = { readonly agent?: AgentName | undefined; readonly profile?: string | undefined };

/** What `scan` is asked: a profile is for the agent for performance, and no other is run for it. */
export async function scanOf({
  agent,
  profile: file,
}: Asked): Promise<{ agent?: AgentName; profile?: string }> {
  if (file === undefined) return agent === undefined ? {} : { agent };
  if (agent !== undefined && agent !== 'performance')
    throw new AutolandError('usage', `expected --profile with --agent performance, found --agent ${agent}`, {
      mend: 'leave --agent out',
    });
  const profile = await readProfile(file).catch((cause: unknown) => {
    throw new AutolandError('usage', `expected a CPU profile at ${file}: ${messageOf(cause)}`, {
      mend: 'collect one with `node --cpu-prof`',
      cause,
    });
  });
  return { agent: 'performance', profile };
}

async function readProfile(file: string): Promise<string> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error('it is no plain file');
  if (found.size > maxJsonBytes) throw new Error(`it has ${found.size} bytes, over ${maxJsonBytes}`);
  return readFile(file, 'utf8');
}
