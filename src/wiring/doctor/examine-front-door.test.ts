import { describe, expect, it } from 'vitest';
import type { DoorkeeperStatus } from '../../adapters/front-door/doorkeeper-client.ts';
import { examineFrontDoor, toldOf } from './examine-front-door.ts';

const well: DoorkeeperStatus = {
  service: 'shop',
  closed: null,
  has: { stable: 'sha256:0', weight: 0.0125 },
  failure: null,
  blind: null,
  lines: 3,
  lastRequestAt: '2026-11-29T10:00:00.000Z',
};
const totals = { at: '', from: '', users: [], failingUsers: [] };

describe('what doctor says of a front door', () => {
  it('is what users get, when one came last, and who closes it at the very end', () => {
    expect(toldOf(well, totals)).toMatch(
      /^1\.25 % of users get the candidate; last answer at 2026-11-29T10:00:00\.000Z; where all of autoland dies .* closesAt/,
    );
    expect(toldOf({ ...well, has: { stable: 'sha256:0', weight: 0 }, lastRequestAt: null }, totals)).toMatch(
      /^everybody gets stable; the witness is ready, and has told of nobody/,
    );
    expect(toldOf({ ...well, has: null }, totals)).toMatch(/^it is being told who gets which version;/);
  });

  it('is that nothing will be promoted, where it counts requests', () => {
    expect(toldOf(well, { ...totals, unit: 'request' })).toContain('promotes nothing');
    expect(toldOf(well, totals)).not.toContain('promotes nothing');
  });

  it('is what is broken', () => {
    expect(() => toldOf({ ...well, failure: 'exit code 3' }, totals)).toThrow(/ramp fails.*exit code 3/);
    expect(() => toldOf({ ...well, blind: 'it ended' }, totals)).toThrow(
      /nobody sees what users meet: it ended/,
    );
  });

  it('is how to start it, where nothing runs', async () => {
    expect(await examineFrontDoor('/nonexistent', 'shop')).toMatchObject({ mend: 'autoland up' });
  });
});
