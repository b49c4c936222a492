import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { incidentOf } from './incident.ts';

type Told = readonly [type: string, data: JsonObject];
const done = (step: string, intent: JsonObject = {}): readonly Told[] => [
  ['effect.intended', { key: step, step, intent }],
  ['effect.done', { key: step, step, receipt: {} }],
];
const release = { deploys: true, service: 'shop', digest: 'sha256:new', stable: 'sha256:old' };
const begun: readonly Told[] = [
  ['change.proposed', { title: 'Update ejs', source: 'agent:dependency' }],
  ['stage.finished', { stage: 'release', data: release }],
  ...done('expose-n1-0', { flag: 'shop.n1', weight: 0.01 }),
  ...done('expose-n1-1', { flag: 'shop.n1', weight: 0.5 }),
];
const ending: Told = [
  'stage.noted',
  { note: 'rollout.ending', data: { outcome: 'rolled-back', code: 'rollout.x', reason: 'It harms.' } },
];

/** One entry a second. */
function journal(...told: readonly Told[]): readonly Entry[] {
  return told.map(([type, data], index) => ({
    index,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    type,
    change: 'chg_1',
    actor: 'deployer',
    data,
  }));
}
const read = (...told: readonly Told[]) =>
  incidentOf({ entries: journal(...told), revert: [], adoptions: [] });

describe('incidentOf', () => {
  it('is contained with the closed flag', () => {
    expect(read(...begun, ending)).toMatchObject({ state: 'open', share: 0.5, exposedSeconds: null });
    expect(read(...begun, ending, ...done('close-n1'))).toMatchObject({
      state: 'contained',
      share: 0.5,
      exposedSeconds: 5,
      closedAfterMs: 2_000,
    });
  });

  it('is of the service at which harm was seen, and not of those that had it before', () => {
    const at = (leg: number, ...told: readonly Told[]) =>
      told.map(([type, data]): Told => [type, { stage: 'rollout', ...(leg === 0 ? {} : { leg }), ...data }]);
    const [proposed, ...first] = begun;
    const second = { deploys: true, service: 'admin', digest: 'sha256:a1', stable: 'sha256:a0' };
    const told = [
      proposed as Told,
      ...at(0, ...first, ...done('promote-n1')),
      ...at(1, ['stage.finished', { stage: 'release', data: second }]),
      ...at(1, ...done('expose-n2-0', { flag: 'admin.n2', weight: 0.1 }), ending, ...done('close-n2')),
    ];
    const incident = read(...told);
    expect(incident).toMatchObject({ service: 'admin', digest: 'sha256:a1', share: 0.1, state: 'contained' });
    expect(incident?.timeline.map(({ what }) => what)).not.toContain('promoted: every user has it');
  });

  it('of what everybody has is contained with the route: its flag was there for nobody any more', () => {
    const everybody = [...begun, ...done('promote-n1'), ending, ...done('close-n1')];
    expect(read(...everybody)).toMatchObject({ state: 'open', share: 1 });
    const incident = read(...everybody, ...done('take-back-n1'));
    expect(incident).toMatchObject({ state: 'contained', share: 1, closedAfterMs: 4_000 });
    expect(incident?.timeline.map(({ what }) => what)).toContain('promoted: every user has it');
    expect(incident?.timeline.at(-1)?.what).toBe('route back at the version before');
  });

  it('of what a trial gives to half of the users is contained with its flag; of what it cleared, with the route', () => {
    const tried = [...begun, ...done('promote-n1'), ...done('try-n2', { flag: 'shop.n2', weight: 0.5 })];
    const incident = read(...tried, ending, ...done('close-n2'));
    expect(incident).toMatchObject({ state: 'contained', share: 1, closedAfterMs: 2_000 });
    expect(incident?.timeline.map(({ what }) => what)).toContain(
      'half of the users given the version before, to compare',
    );
    const cleared = [...tried, ...done('clear-n2'), ending, ...done('close-n1')];
    expect(read(...cleared)).toMatchObject({ state: 'open' });
    expect(read(...cleared, ...done('take-back-n1'))).toMatchObject({ state: 'contained' });
  });

  it('is contained with the end of the candidate, whatever became of its flag', () => {
    expect(read(...begun, ending, ...done('remove-candidate'))).toMatchObject({ state: 'contained' });
  });

  it('is none of what was only held, never exposed, or never released', () => {
    const held: Told = ['stage.noted', { note: 'rollout.ending', data: { outcome: 'held', code: 'x' } }];
    expect(read(...begun, held)).toBeUndefined();
    expect(read(...begun.slice(0, 2), ending)).toBeUndefined();
    expect(read(...begun.slice(0, 1), ending)).toBeUndefined();
    expect(read()).toBeUndefined();
  });
});
