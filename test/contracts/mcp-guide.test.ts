import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { change } from '../../src/server/mcp/schemas.ts';
import { tools } from '../../src/server/mcp/tools.ts';
import { nextSteps } from '../../src/views/agents/next-step.ts';

const root = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(root, 'docs', 'guide', 'mcp.md'), 'utf8');

/** The words in backquotes in the first column of the table whose head begins so. */
function firstColumn(head: string): readonly string[] {
  const table = guide.slice(guide.indexOf(`| ${head} |`)).split('\n\n')[0] ?? '';
  const cells = table
    .split('\n')
    .slice(2)
    .map((row) => row.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

describe('what docs/guide/mcp.md says', () => {
  it('names every tool, and no other', () => {
    expect(firstColumn('tool')).toEqual(expect.arrayContaining(tools.map(({ name }) => name)));
    expect(firstColumn('tool')).toHaveLength(tools.length);
  });

  it('names every next step, and no other', () => {
    expect(firstColumn('`next.do`')).toEqual([...nextSteps]);
  });

  it('shows an answer that the schema allows', () => {
    const sample = /`explain_change` says \(evidence[\s\S]*?```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
    expect(change.parse(JSON.parse(sample)).next.do).toBe('new-commit');
  });

  it('names codes that there are', () => {
    const known = readFileSync(join(root, 'src', 'domain', 'errors.ts'), 'utf8');
    const codes = firstColumn('code').filter((code) => code !== 'bug');
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect(known).toContain(`| '${code}'`);
  });
});
