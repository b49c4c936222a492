import { expect, it } from 'vitest';
import { renderFlags } from './flags.ts';

const flag = { key: 'shop.n1', code: null, weight: 0.2, exposed: 0.2, version: 3, killed: null };

it('says what users get, not what was written before a flag was closed', () => {
  expect(renderFlags({ state: '/s', stopped: null, flags: [flag] })).toContain(
    'shop.n1  20 % of users, version 3',
  );
  const killed = { by: 'person:alice', at: '2026-01-02T03:04:05Z' };
  const lines = renderFlags({ state: '/s', stopped: null, flags: [{ ...flag, exposed: 0, killed }] });
  expect(lines.join(' ')).toContain('shop.n1  0 % of users (was 20 %), version 3');
});
