import { expect, it } from 'vitest';
import { renderKill } from './control.ts';

const view = { flag: 'shop.n1', killed: true, was: null, state: '/s' };

it('says of a kill what it changed, and of what was closed before that it may not be what users have', () => {
  expect(renderKill(view)[0]).toBe('closed shop.n1 for good');
  expect(renderKill({ ...view, killed: false })[0]).toBe('would close shop.n1 for good');
  const was = { by: 'rollout.stopped', at: '2026-01-02T03:04:05Z' };
  const told = renderKill({ ...view, was })
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  expect(told).toContain('shop.n1 was closed already by rollout.stopped at 2026-01-02T03:04:05Z');
  expect(told).toContain('by another flag (autoland status)');
});
