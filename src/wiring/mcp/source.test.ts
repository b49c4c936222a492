import { describe, expect, it } from 'vitest';
import { agentSource } from './source.ts';

describe('the name of an agent', () => {
  it.each(['codex', 'mcp', 'a', 'Claude.2', 'x'.repeat(60)])('is its own: %s', (name) => {
    expect(agentSource(name)).toBe(`agent:${name}`);
  });

  it.each([
    ['of an agent of autoland’s own', 'dependency'],
    ['of another one of them', 'flag-removal'],
    ['of who takes things back', 'revert'],
    ['of the one that works on tasks with any model', 'model'],
    ['of a person', 'person:alice'],
    ['of a role', 'agent:gate'],
    ['of a directory above', '../x'],
    ['of no branch', 'a/b'],
    ['of no branch: two points', 'a..b'],
    ['of no branch: a point at the end', 'a.'],
    ['of no branch: a lock', 'a.lock'],
    ['of nobody', ''],
    ['that begins as an option', '-a'],
    ['that is too long', 'x'.repeat(61)],
    ['with a line in it', 'a\nb'],
  ])('is none %s', (_, name) => {
    expect(() => agentSource(name)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
