import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAgentPrograms } from './agent-programs.ts';
import { parseConfig } from './config.ts';
import { parseIssueHosts } from './issue-hosts.ts';

const guide = readFileSync(new URL('../../docs/guide/agents.md', import.meta.url), 'utf8');
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

/** What agents.command and models name stands elsewhere in the guide. */
const rest = `models:
  opus: { provider: anthropic, model: x, family: claude, prices: { input: 1, output: 1 } }
`;
const coder = '  command: { claude: { models: [opus] } }\n';

function parse(block: string): object {
  if (/^hosts:/m.test(block)) return parseIssueHosts(block, 'issues.yaml');
  if (/^ {2}claude:\n {4}run:/m.test(block)) return parseAgentPrograms(block, 'agents.yaml');
  const own = /^ {2}command:/m.test(block) ? block : block.replace(/^agents:\n/m, `agents:\n${coder}`);
  return parseConfig(`${own}${rest}`, 'autoland.yaml');
}

it('docs/guide/agents.md shows only files that are accepted', () => {
  expect(blocks.length).toBeGreaterThan(8);
  for (const block of blocks) expect(parse(block)).toBeTypeOf('object');
});
