import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderIncident } from '../../cli/render/incident.ts';
import type { Incident } from '../../domain/incident.ts';
import { rollout } from '../../stages/7-rollout/run.ts';
import { conclude } from '../../stages/8-conclude/run.ts';
import { IncidentBench } from '../../testing/incident-bench.ts';
import { unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { candidate, stable } from '../../testing/service-bench.ts';
import { incidentsEndedBy, readIncident } from './incidents.ts';

let at: IncidentBench;
beforeEach(async () => {
  at = await IncidentBench.open({ rollout, conclude });
});
afterEach(() => at.close());

const read = (to?: number) => readIncident(at.store, at.id, to);
const whats = ({ timeline }: Incident) => timeline.map(({ what }) => what);

/** Of each entry so far, the incidents that are over with it. */
async function endings(): Promise<readonly (readonly [type: string, change: string])[]> {
  const found: [string, string][] = [];
  for (const entry of await at.entries())
    for (const { change } of await incidentsEndedBy(at.store, entry)) found.push([entry.type, change]);
  return found;
}

describe('an incident', () => {
  it('is none before anybody is harmed', async () => {
    expect(await read()).toBeUndefined();
    await at.rollout.atStep(0);
    expect(await read()).toBeUndefined();
  });

  it('is told from the first user to the closed flag, with who was harmed, and by what that is known', async () => {
    await at.harm();
    const incident = await read();
    expect(incident).toMatchObject({
      change: at.id,
      service: 'shop',
      digest: candidate,
      stable,
      state: 'contained',
      code: 'rollout.server-errors',
      share: 0.01,
      revert: null,
    });
    expect(incident?.users.harmed).toBeGreaterThan(0);
    expect(incident?.users.exposed).toBeGreaterThan(incident?.users.harmed ?? 0);
    expect(incident?.exposedSeconds).toBeGreaterThan(0);
    expect(incident?.closedAfterMs).toBeGreaterThanOrEqual(0);
    expect(incident?.evidence).toContainEqual(expect.objectContaining({ test: 'rollback.server-error' }));
    expect(incident && whats(incident)).toEqual([
      'merged',
      'merged',
      'exposed to 1 % of the users',
      'rollback decided: rollout.server-errors',
      'flag closed: no new request meets it',
    ]);
  });

  it('is open until its flag is closed', async () => {
    at.service.bench.dieBefore(
      ({ type, data }) => type === 'effect.done' && String(data.step).startsWith('close-'),
    );
    at.service.witness.crowd = unhealthyCrowd;
    while ((await read()) === undefined) await at.rollout.call();
    expect(await read()).toMatchObject({ state: 'open', closedAfterMs: null, exposedSeconds: null });
  });

  it('says what it has cost its class, once that is so', async () => {
    await at.harm();
    expect(await read()).toMatchObject({ demotion: null });
    await at.conclude();
    const incident = await read();
    expect(incident).toMatchObject({
      demotion: { class: 'dependency-patch', from: 'deploy', to: 'propose' },
    });
    expect(incident && whats(incident)).toContain('autonomy of dependency-patch lowered to propose');
  });

  it('is closed when its revert has landed, and not before', async () => {
    await at.harm();
    const revert = await at.conclude();
    expect(await read()).toMatchObject({ state: 'contained', revert });
    expect(await endings()).toEqual([]);
    await at.landRevert(revert);
    const incident = await read();
    expect(incident).toMatchObject({ state: 'resolved', revert });
    expect(incident && whats(incident).slice(-5)).toEqual([
      'autonomy of dependency-patch lowered to propose',
      'stopped, and off the route',
      `revert proposed: ${revert}`,
      `reverted on the branch by ${revert}`,
      'closed: its revert has landed',
    ]);
    expect(await endings()).toEqual([['change.concluded', at.id]]);
    // What a person does later with the branch does not close it once more.
    await at.adopt();
    expect(await endings()).toEqual([['change.concluded', at.id]]);
  });

  it('is closed by a person who adopts, where no revert lands', async () => {
    await at.harm();
    await at.conclude();
    await at.adopt();
    expect(await read()).toMatchObject({ state: 'resolved' });
    expect(await endings()).toEqual([['service.stable', at.id]]);
  });

  it('looks back the same, whatever came later', async () => {
    await at.harm();
    const size = (await at.entries()).length;
    const before = await read(size);
    await at.landRevert(await at.conclude());
    expect(await read(size)).toEqual(before);
  });

  it('is told to people', async () => {
    await at.harm();
    await at.landRevert(await at.conclude());
    const incident = await read();
    const text = incident === undefined ? '' : renderIncident(incident).join('\n');
    expect(text).toMatch(/^.*Incident.* resolved: exposed to at most 1 % of the users, for /);
    expect(text).toMatch(/ms\s+after\s+the\s+decision/);
    expect(text).toMatch(/\d\d:\d\d:\d\d\.\d{3}Z {3}rollback decided: rollout.server-errors/);
    expect(text).toMatch(/rollback.server-error: .* log-e \(baseline \d+, canary \d+/);
  });
});
