import { expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { ofLastLeg, releasesIn } from './legs.ts';

function journal(...told: readonly JsonObject[]): readonly Entry[] {
  return told.map((data, index) => ({
    index,
    at: new Date(index).toISOString(),
    type: 'stage.finished',
    change: 'chg_1',
    actor: 'deployer',
    data,
  }));
}
const released = (service: string, leg: JsonObject = {}) => ({
  stage: 'release',
  ...leg,
  data: { deploys: true, service, digest: service },
});
const told = journal(
  { stage: 'merge', data: {} },
  released('shop'),
  { stage: 'rollout', data: {} },
  released('admin', { leg: 1 }),
  { stage: 'conclude', leg: 1, data: {} },
);

it('leaves what goes for all services, and what happened at the last one', () => {
  expect(ofLastLeg(told).map(({ index }) => index)).toEqual([0, 3, 4]);
  expect(ofLastLeg(told.slice(0, 3))).toEqual(told.slice(0, 3));
  expect(ofLastLeg([])).toEqual([]);
});

it('tells what each service got, once, the last one first', () => {
  expect(releasesIn(told).map(({ service }) => service)).toEqual(['admin', 'shop']);
  expect(releasesIn(journal(released('shop'), released('shop')))).toHaveLength(1);
  expect(releasesIn(journal({ stage: 'release', data: { deploys: false, why: '' } }))).toEqual([]);
});
