import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassAutonomy } from '../../src/views/autonomy.ts';
import type { ChangeView } from '../../src/views/change-view.ts';
import { until } from './cli.ts';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Nobody would wait for this bake: what goes on here does so because a person said it. */
const bake = 25;

const hasEnded = ({ state }: ChangeView) => /^(?:landed|refused|held|rolled-back)$/.test(state);

describe('a person and a rollout', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': rules({ bake, steps: ['20%', '50%'] }) });
  beforeAll(async () => stage.open(await stage.up()));
  afterAll(() => stage.close());

  async function share(): Promise<number | undefined> {
    return (await stage.candidate())?.share;
  }

  function shown(wanted: number): Promise<true> {
    return until(
      async () => ((await share()) === wanted ? true : undefined),
      () => `nobody is shown the candidate at ${wanted}; ${stage.said}`,
    );
  }

  async function exposed(): Promise<string> {
    const change = await stage.submit(reformatted());
    await shown(0.2);
    return change;
  }

  async function advanceUntil(change: string, wanted: (view: ChangeView) => boolean): Promise<ChangeView> {
    const asked = new Set<number>();
    return stage.reached(change, wanted, async () => {
      const now = await share();
      if (now === undefined || asked.has(now)) return;
      asked.add(now);
      await stage.json('rollout', change, '--advance');
    });
  }

  async function looks(change: string): Promise<readonly string[]> {
    const entries = await stage.journal(change);
    return entries
      .filter(({ data }) => data.note === 'rollout.look')
      .map(({ data }) => JSON.stringify(data.data));
  }

  function notes(entries: Awaited<ReturnType<Stage['journal']>>): readonly string[] {
    return entries.map(
      ({ type, actor, data }) => `${actor.split(':')[0]} ${type} ${String(data.name ?? '')}`,
    );
  }

  it('lands what a person advances, when the statistics agree', async () => {
    const before = await stage.status();
    const tip = stage.repo.tip();
    const change = await exposed();
    const view = await advanceUntil(change, hasEnded);
    expect(view).toMatchObject({ class: 'lint', state: 'landed', code: 'landed.promoted' });
    expect(view.stages.find((one) => one.stage === 'rollout')?.seconds).toBeLessThan(2 * bake);
    expect(view.exposed).toBeGreaterThanOrEqual(20);

    const after = await stage.status();
    expect(after.services[0]).toMatchObject({ stable: view.digest, commit: view.merge, candidate: null });
    expect(after.services[0]?.stable).not.toBe(before.services[0]?.stable);
    const merge = stage.repo.git(['cat-file', 'commit', 'main']);
    expect(stage.repo.tip()).toBe(view.merge);
    expect(merge).toContain(`parent ${tip}\n`);
    expect(merge).toContain('-----BEGIN SSH SIGNATURE-----');
    for (const trailer of [
      `Autoland-Change: ${change}`,
      'Human-Reviewed: no',
      'Autoland-Log: ',
      'Autoland-Policy: sha256:',
    ])
      expect(merge).toContain(trailer);
    const steps = (await stage.journal(change)).map(({ data }) => data.step);
    for (const step of ['promote', 'retire'])
      expect(steps).toContainEqual(expect.stringMatching(new RegExp(`^${step}-\\w+$`)));
  });

  it('pauses, goes on, and stays below a share that a person sets', async () => {
    const change = await exposed();
    const tell = (...wish: readonly string[]) => stage.json('rollout', change, ...wish);
    const heldBy = (who: string) =>
      until(
        async () => ((await looks(change)).some((reason) => reason.includes(who)) ? true : undefined),
        () => `not held: ${stage.said}`,
      );
    await tell('--advance');
    await shown(0.5);
    await tell('--set', '20%');
    await shown(0.2);
    await tell('--advance');
    await heldBy('a person set a share that it may not exceed');
    await tell('--continue');
    await shown(0.5);
    await tell('--pause');
    await replaceWhileWaiting();
    const told = notes(await stage.journal(change));
    for (const name of ['advance', 'set', 'continue', 'pause'])
      expect(told).toContain(`person signal.received rollout.${name}`);
    expect((await advanceUntil(change, hasEnded)).state).toBe('landed');
  });

  /** What waits for the rollout of another change to end has not been merged: a newer head still replaces it. */
  async function replaceWhileWaiting(): Promise<void> {
    const older = await stage.submit(reformatted(), { branch: 'next' });
    await stage.reached(older, ({ state }) => state === 'merge');
    const newer = await stage.submit(reformatted(), { branch: 'next' });
    expect(await stage.ended(older)).toMatchObject({ state: 'superseded', code: 'change.superseded' });
    await stage.json('rollback', newer);
    expect(await stage.ended(newer)).toMatchObject({ state: 'held', code: 'change.cancel' });
  }

  it('rolls back what a person takes back while it is exposed, and reverts it', async () => {
    const before = stage.repo.show('main', 'greet.js');
    const change = await exposed();
    expect(stage.repo.show('main', 'greet.js')).not.toBe(before);
    await stage.json('rollback', change);
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.by-person' });
    expect(view.reasons[0]).toMatch(/^person:\w+ rolled it back/);
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
    expect(stage.repo.show('main', 'greet.js')).toBe(before);
    await holdsTheClassUntilRestored(change);
  });

  /** What failed in production, by a person's word, costs its class what it may do alone. */
  async function holdsTheClassUntilRestored(failed: string): Promise<void> {
    const lint = async () => {
      const { classes } = await stage.json<{ classes: readonly ClassAutonomy[] }>('autonomy');
      return classes.find(({ class: of }) => of === 'lint');
    };
    expect(await lint()).toMatchObject({ effective: 'propose', demotions: [{ change: failed }] });
    expect((await stage.status()).demotions).toMatchObject([{ class: 'lint', change: failed }]);
    const next = await stage.ended(await stage.submit(reformatted(), { onto: stage.repo.tip() }));
    expect(next).toMatchObject({ state: 'held', code: 'policy.demoted' });
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'it was a drill');
    expect(await lint()).toMatchObject({ effective: 'deploy', since: null });
  }

  it('takes everyone off a version whose flag is killed', async () => {
    const before = stage.repo.show('main', 'greet.js');
    const change = await exposed();
    const flag = (await stage.status()).services[0]?.candidate?.flag ?? '';
    await stage.json('kill', flag);
    expect(await stage.ended(change)).toMatchObject({ state: 'rolled-back', code: 'rollout.killed' });
    await until(
      () => (stage.repo.show('main', 'greet.js') === before ? true : undefined),
      () => stage.said,
    );
    const everything = notes(await stage.journal());
    expect(everything).toContain('person flag.killed ');
    const told = JSON.stringify((await stage.json('explain', change)) as object);
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'it was a drill');
    for (const what of ['set to 20 % of users', 'killed: no reason given', 'closed, rollout.killed'])
      expect(told).toContain(what);
  });

  it('stops everything at the red button, and starts the rollout anew on resume', async () => {
    const change = await exposed();
    const flag = (await stage.status()).services[0]?.candidate?.flag;
    await stage.json('stop', '--reason', 'payment incident');
    expect((await stage.status()).stopped).toMatchObject({ reason: 'payment incident' });
    await stage.reached(change, ({ state }) => state === 'rollout');
    await until(
      async () => ((await share()) === 0 ? true : undefined),
      () => stage.said,
    );
    const held = await stage.submit(reformatted(), { onto: stage.repo.tip() });
    await stage.json('resume');
    await until(
      async () => {
        const candidate = await stage.candidate();
        return candidate != null && candidate.flag !== flag && candidate.share === 0.2 ? true : undefined;
      },
      () => stage.said,
    );
    await stage.json('rollback', held);
    expect(await stage.ended(held)).toMatchObject({ state: 'held', code: 'change.cancel' });
    expect((await advanceUntil(change, hasEnded)).state).toBe('landed');
    const told = notes(await stage.journal());
    expect(told).toContain('person control.stopped ');
    expect(told).toContain('person control.resumed ');
  });

  it('goes back at once to the version before, when a person takes back what has landed, even while stopped', async () => {
    const before = stage.repo.show('main', 'greet.js');
    const stable = (await stage.status()).services[0]?.stable;
    const change = await exposed();
    const landed = await advanceUntil(change, hasEnded);
    await stage.json('stop', '--reason', 'it is odd');
    const back = await stage.json<{ commit: string; change: string }>('rollback', change);
    expect(back.commit).toBe(landed.merge);
    expect(await stage.ended(back.change)).toMatchObject({
      class: 'revert',
      state: 'landed',
      code: 'landed.restored',
      exposed: 0,
    });
    expect((await stage.status()).services[0]?.stable).toBe(stable);
    await stage.json('resume');
    expect(stage.repo.show('main', 'greet.js')).toBe(before);
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });
});
