import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { ControlLock } from '../../adapters/store/control-lock.ts';
import type { StageName } from '../../domain/stage.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { openWiringBench, type WiringBench, yaml } from '../../testing/wiring-bench.ts';
import { takeBack } from './take-back.ts';

let bench: WiringBench;
let commit: string;
let controlPlane: ControlLock;
beforeEach(async () => {
  bench = await openWiringBench();
  commit = bench.push(yaml('second.js'));
  await FileKeyRing.open(bench.repository.place.files.keys, { create: true });
  controlPlane = ControlLock.take(bench.repository.place.files.lock);
  await journal('change.proposed', sampleProposal);
});
afterEach(async () => {
  controlPlane.free();
  await bench.close();
});

async function journal(type: string, data: object): Promise<void> {
  const event = {
    type,
    change: 'chg_1',
    actor: 'test',
    data: structuredClone(data) as Record<string, never>,
  };
  await bench.repository.store.append({ events: [event] });
}

const finish = (stage: StageName, data: object = {}) => journal('stage.finished', { stage, round: 0, data });

async function enter(stage: 'guardrails' | 'rollout' | 'conclude'): Promise<void> {
  await finish('classify');
  if (stage === 'guardrails') return;
  for (const passed of ['guardrails', 'judge', 'policy'] as const) await finish(passed);
  await finish('merge', { commit, onto: 'x' });
  await finish('release', { deploys: false });
  if (stage === 'conclude') await finish('rollout');
}

const rollback = (dryRun = false) => takeBack(bench.repository, 'chg_1', { actor: 'person:a', dryRun });
const signals = async () =>
  (await bench.repository.store.read({ types: ['signal.received'] })).map(({ data }) => data.name);

/** What a stage call does that was under way when the signal came. */
async function onceTold(work: () => Promise<void>): Promise<void> {
  while ((await signals()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await work();
}

async function expectRevert(taken: Awaited<ReturnType<typeof rollback>>): Promise<void> {
  expect(taken).toMatchObject({ kind: 'reverting', commit, change: expect.stringMatching(/^chg_/) });
  const { changes } = await bench.repository.ledger();
  const made = changes.get(taken.change ?? '');
  expect(made?.proposal.record).toEqual({ reverts: commit, of: 'chg_1' });
}

it('reverts what lands by a stage call that was under way when it was told', async () => {
  await enter('rollout');
  const [taken] = await Promise.all([rollback(), onceTold(() => finish('rollout'))]);
  await expectRevert(taken);
  expect(await signals()).toEqual(['rollback']);
});

it('reverts what is held with its merge on the branch', async () => {
  await enter('rollout');
  const conclusion = { outcome: 'held', code: 'rollout.inconclusive', reasons: [] };
  const [taken] = await Promise.all([
    rollback(),
    onceTold(async () => {
      await journal('stage.stopped', { conclusion });
      await journal('change.concluded', conclusion);
    }),
  ]);
  await expectRevert(taken);
});

it.each(['conclude', 'landed'])('reverts what is past its rollout: %s', async (place) => {
  await enter('conclude');
  if (place === 'landed') await journal('change.concluded', { outcome: 'landed', code: 'x', reasons: [] });
  expect(await rollback(true)).toEqual({ kind: 'reverting', commit, change: null });
  await expectRevert(await rollback());
  expect(await signals()).toEqual([]);
});

it('makes no second revert while the first is under way or has landed', async () => {
  await enter('conclude');
  await journal('change.concluded', { outcome: 'landed', code: 'x', reasons: [] });
  const { change } = await rollback();
  if (change === null) throw new Error('nothing was handed in');
  const refusal = (says: string) => ({
    code: 'rollout.not-allowed',
    message: expect.stringContaining(`${change} ${says}`),
  });
  for (const dryRun of [true, false])
    await expect(rollback(dryRun)).rejects.toMatchObject(refusal('reverts it'));
  const conclude = (outcome: string) =>
    bench.repository.store.append({
      events: [
        { type: 'change.concluded', change, actor: 'test', data: { outcome, code: 'x', reasons: [] } },
      ],
    });
  await conclude('landed');
  await expect(rollback()).rejects.toMatchObject(refusal('has reverted it'));
  await conclude('refused');
  expect(await rollback(true)).toMatchObject({ kind: 'reverting' });
});

it('is content when the rollout has heard', async () => {
  await enter('rollout');
  const conclusion = { outcome: 'rolled-back', code: 'rollout.by-person', reasons: [] };
  const [taken] = await Promise.all([rollback(), onceTold(() => journal('stage.stopped', { conclusion }))]);
  expect(taken).toEqual({ kind: 'told', change: 'chg_1', name: 'rollback', sent: true });
});

it('makes no second revert of what is being rolled back already', async () => {
  await enter('rollout');
  await journal('stage.stopped', { conclusion: { outcome: 'rolled-back', code: 'x', reasons: [] } });
  await expect(rollback()).rejects.toMatchObject({ code: 'rollout.not-allowed' });
});

it('waits for nobody where nothing can be lost', async () => {
  await enter('guardrails');
  expect(await rollback()).toEqual({ kind: 'told', change: 'chg_1', name: 'cancel', sent: true });
  await enter('rollout');
  expect(await rollback(true)).toMatchObject({ name: 'rollback', sent: false });
  // No call is under way: the next one sees it.
  controlPlane.free();
  expect(await rollback()).toEqual({ kind: 'told', change: 'chg_1', name: 'rollback', sent: true });
});

const rollout = {
  ran: true,
  flag: 'shop.n',
  seconds: 9,
  usersExposed: 9,
  usersErrored: 0,
  backgroundErrors: 0,
};
const classify = { class: 'docs', files: [], packages: [], protectedPaths: [] };

it.each<[string, object, object, readonly string[]]>([
  ['what everybody had', rollout, { outcome: 'landed', code: 'landed.promoted' }, ['docs']],
  ['what nobody met', { ran: false }, { outcome: 'landed', code: 'landed.merged' }, []],
  ['what was held', rollout, { outcome: 'held', code: 'rollout.inconclusive' }, []],
])('costs the class of %s, and once', async (_, ran, conclusion, classes) => {
  await enter('rollout');
  await finish('classify', classify);
  await finish('rollout', ran);
  await journal('change.concluded', { ...conclusion, reasons: [] });
  await rollback(true);
  expect((await bench.repository.autonomy()).demotions).toEqual([]);
  await expectRevert(await rollback());
  await rollback().catch(() => undefined);
  const found = (await bench.repository.autonomy()).demotions;
  expect(found.map(({ class: of }) => of)).toEqual(classes);
  const events = await bench.repository.store.read({ types: ['autonomy.demoted'] });
  expect(events.map(({ actor }) => actor)).toEqual(classes.map(() => 'person:a'));
});
