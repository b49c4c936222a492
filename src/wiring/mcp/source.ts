import { agentNames, modelAgent } from '../../domain/agents.ts';
import { AutolandError } from '../../domain/errors.ts';

/** What autoland's own agents are known by: what they hand in is believed to be theirs when it is made anew. */
const taken: ReadonlySet<string> = new Set([...agentNames, modelAgent]);

/** `agent:NAME`. Throws `usage`. An agent never bears a person's name, nor that of an agent of autoland's own. */
export function agentSource(name: string): string {
  if (mayBearName(name)) return `agent:${name}`;
  throw new AutolandError(
    'usage',
    `expected the name of an agent, 1 to 60 letters, digits, _ . and -, and none of ${[...taken].join(', ')}; found ${JSON.stringify(name.slice(0, 80))}`,
    { mend: 'name it codex, say: its changes are those of agent:codex' },
  );
}

/** It is a part of a branch's name too, which git wants without `..`, a point or `.lock` at the end. */
export function mayBearName(name: string): boolean {
  return /^[A-Za-z0-9](?:[\w-]|\.(?=\w)){0,59}$/.test(name) && !name.endsWith('.lock') && !taken.has(name);
}
