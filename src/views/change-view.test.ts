import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { type ChangeState, foldChange } from '../engine/state.ts';
import { sampleProposal } from '../testing/stage-bench.ts';
import { lastExposure, trialsIn, viewChange } from './change-view.ts';
import { foldLedger } from './ledger.ts';
import { changeLines, newestChanges } from './status-view.ts';

type Told = readonly [type: string, data: JsonObject];

function journal(...told: readonly Told[]): readonly Entry[] {
  const all: readonly Told[] = [['change.proposed', sampleProposal], ...told];
  return all.map(([type, data], index) => ({
    index,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    type,
    change: 'chg_1',
    actor: 'test',
    data,
  }));
}

function stateOf(...told: readonly Told[]): ChangeState {
  const state = foldChange(journal(...told));
  if (state === undefined) throw new Error('the journal begins with a proposal');
  return state;
}
const noted = (note: string, data: JsonObject): Told => ['stage.noted', { note, data }];
const behind = { code: 'merge.behind', why: 'chg_1 is in its rollout' };
const finished = (stage: string, data: JsonObject): Told => ['stage.finished', { stage, data }];
const guardrail = (name: string, verdict: string) => ({
  name,
  verdict,
  code: `${name}.${verdict}`,
  reason: `what ${name} found`,
  evidence: {},
  ms: 3,
});
const packages = [
  { name: 'ejs', path: 'node_modules/ejs', from: '1.0.0', to: '1.0.1', direct: true },
  { name: 'jake', path: 'node_modules/jake', from: '1.0.0', to: '1.0.1', direct: false },
];
const whole: readonly Told[] = [
  finished('classify', { class: 'dependency-patch', reasons: ['only a patch'], packages }),
  finished('guardrails', {
    verdict: 'pass',
    results: [guardrail('scope', 'pass'), guardrail('tests', 'pass')],
  }),
  finished('judge', { verdict: 'not-configured', reasons: [] }),
  finished('policy', { value: 'permit', level: 'deploy', codes: ['policy.permitted'], reasons: [] }),
  finished('merge', { commit: 'm'.repeat(40), onto: 'b'.repeat(40) }),
  finished('release', { deploys: true, service: 'shop', digest: `sha256:${'d'.repeat(64)}`, stable: 'x' }),
  finished('rollout', { ran: true, flag: 'f', seconds: 9.54, usersExposed: 12, usersErrored: 1 }),
  ['change.concluded', { outcome: 'landed', code: 'landed.promoted', reasons: ['all have it'] }],
];

describe('viewChange', () => {
  it('shows a change that has just come in', () => {
    const view = viewChange(stateOf(), undefined);
    expect(view).toMatchObject({ state: 'classify', class: null, code: null, merge: null, digest: null });
    expect(view.stages).toEqual([
      { stage: 'classify', service: null, seconds: null, summary: null, waiting: null },
    ]);
  });

  it('shows the whole way of one that landed, a line and a time for each stage', () => {
    const look = { usersExposed: 12, usersErrored: 1, backgroundErrors: 1 };
    const view = viewChange(stateOf(...whole), look);
    expect(view).toMatchObject({
      state: 'landed',
      code: 'landed.promoted',
      reasons: ['all have it'],
      packages: [{ name: 'ejs' }],
      exposed: 12,
      errored: 1,
      background: 1,
      merge: 'm'.repeat(40),
      digest: `sha256:${'d'.repeat(64)}`,
    });
    expect(view.stages.map(({ stage, seconds, summary }) => `${stage} ${seconds} ${summary}`)).toEqual([
      'classify 1 dependency-patch: only a patch',
      'guardrails 1 2 of 2 pass',
      'judge 1 not-configured',
      'policy 1 permit up to deploy (policy.permitted)',
      `merge 1 ${'m'.repeat(10)} onto ${'b'.repeat(10)}`,
      'release 1 sha256:dddddddddddd',
      'rollout 1 promoted after 9.5 s; 12 users exposed',
      'conclude 1 landed.promoted',
    ]);
  });

  it('shows release and rollout of each service that gets it, and counts the users of all', () => {
    const released = (service: string, more: object = {}) =>
      finished('release', { deploys: true, service, digest: `sha256:${service}`, stable: 'x', ...more });
    const told = [
      ...whole.slice(0, 5),
      released('shop', { rest: [{ service: 'admin', digest: 'sha256:admin' }] }),
      finished('rollout', { ran: true, flag: 'f', seconds: 9.5, usersExposed: 12 }),
    ];
    const lines = (...more: readonly Told[]) =>
      viewChange(stateOf(...told, ...more), undefined)
        .stages.slice(5)
        .map(({ stage, service, summary }) => `${stage} ${service}: ${summary}`);
    const first = ['release shop: sha256:shop', 'rollout shop: promoted after 9.5 s; 12 users exposed'];
    expect(lines()).toEqual([...first, 'release admin: null']);
    const rest = [...first, 'release admin: sha256:admin', 'rollout admin: null'];
    expect(lines(released('admin'))).toEqual(rest);
    expect(viewChange(stateOf(...told.slice(0, 6)), undefined).stages[5]?.service).toBe('shop');

    const look = (leg: object, usersExposed: number): Told => [
      'stage.noted',
      { note: 'rollout.look', ...leg, data: { usersExposed, usersErrored: 1, backgroundErrors: 0 } },
    ];
    const entries = journal(look({}, 5), look({}, 7), look({ leg: 1 }, 3));
    expect(lastExposure(entries)).toEqual({ usersExposed: 10, usersErrored: 2, backgroundErrors: 0 });
  });

  it('names each guardrail that did not pass, with its reason', () => {
    const results = [guardrail('scope', 'pass'), guardrail('tests', 'fail'), guardrail('age', 'abstain')];
    const view = viewChange(
      stateOf(whole[0] ?? ['', {}], finished('guardrails', { verdict: 'fail', results })),
      undefined,
    );
    expect(view.stages[1]?.summary).toBe('tests fail: what tests found age abstain: what age found');
  });

  it('shows the code with the stage that stopped it, not that it were under way', () => {
    const conclusion = { outcome: 'refused', code: 'tests.failed', reasons: ['a test fails'] };
    const stopped = stateOf(whole[0] ?? ['', {}], ['stage.stopped', { stage: 'guardrails', conclusion }]);
    expect(
      viewChange(stopped, undefined)
        .stages.slice(0, 2)
        .map(({ summary }) => summary),
    ).toEqual(['dependency-patch: only a patch', 'refused: tests.failed']);
    const concluded = stateOf(
      whole[0] ?? ['', {}],
      ['stage.stopped', { stage: 'guardrails', conclusion }],
      ['change.concluded', conclusion],
    );
    expect(
      viewChange(concluded, undefined)
        .stages.map(({ summary }) => summary)
        .slice(1),
    ).toEqual(['refused: tests.failed', 'tests.failed']);
  });

  it('says what the stage that is under way waits for', () => {
    const waitingIn = (state: ChangeState) => viewChange(state, undefined).stages.at(-1)?.waiting;
    const before = whole.slice(0, 4);
    expect(waitingIn(stateOf(...before))).toBeNull();
    expect(waitingIn(stateOf(...before, noted('merge.waiting', behind)))).toBe(
      'chg_1 is in its rollout (merge.behind)',
    );
    // Once the commit is made it waits no more.
    expect(
      waitingIn(stateOf(...before, noted('merge.waiting', behind), noted('merge.commit', { commit: 'c' }))),
    ).toBeNull();
    expect(waitingIn(stateOf(...whole.slice(0, 3), noted('policy.deferred', { why: 'frozen' })))).toBe(
      'frozen',
    );
    expect(waitingIn(stateOf(...whole.slice(0, 6), noted('rollout.look', { reason: 'Baking.' })))).toBe(
      'Baking.',
    );
    expect(waitingIn(stateOf(['stage.failed', { code: 'bug', message: 'm' }]))).toMatch(/^failed 1 time/);
  });

  it('shows no stage of an earlier round', () => {
    const view = viewChange(stateOf(...whole.slice(0, 4), ['stage.raced', { reason: 'moved' }]), undefined);
    expect(view.stages.map(({ stage }) => stage)).toEqual(['classify']);
    expect(view).toMatchObject({ state: 'classify', guardrails: [] });
  });

  it('shows why nothing was released or exposed', () => {
    const why = 'the repository has no service';
    const dark = [
      finished('release', { deploys: false, why, sameAsStable: false }),
      finished('rollout', { ran: false, why }),
    ];
    const view = viewChange(stateOf(...whole.slice(0, 5), ...dark), undefined);
    expect(view.stages.slice(5, 7).map(({ summary }) => summary)).toEqual([why, why]);
    expect(view).toMatchObject({ state: 'conclude', digest: null, exposed: 0 });
  });
});

describe('lastExposure', () => {
  const counts = (usersExposed: number) => ({ usersExposed, usersErrored: 1, backgroundErrors: 0 });
  const note = (name: string, data: JsonObject): Told => ['stage.noted', { note: name, data }];

  it('is what the last look saw', () => {
    const looks = [note('rollout.look', counts(1)), note('rollout.look', counts(2)), note('other', {})];
    expect(lastExposure(journal(...looks))).toEqual(counts(2));
    expect(lastExposure(journal())).toBeUndefined();
  });

  it('counts whom the candidate served after that', () => {
    const told = [note('rollout.look', counts(2)), note('rollout.exposure', counts(5))];
    expect(lastExposure(journal(...told))).toEqual(counts(5));
  });
});

describe('changeLines', () => {
  it('lists the newest first, as many as asked for', () => {
    const other = { ...journal()[0], index: 99, change: 'chg_2' } as Entry;
    const ledger = foldLedger([...journal(...whole), other]);
    const waits = stateOf(...whole.slice(0, 4), noted('merge.waiting', behind));
    const lines = changeLines(newestChanges(ledger, 5), new Map([['chg_2', waits]]));
    expect(lines.map(({ id, state, code, stage, waiting }) => [id, state, code, stage, waiting])).toEqual([
      ['chg_2', 'under way', null, 'merge', 'chg_1 is in its rollout (merge.behind)'],
      ['chg_1', 'landed', 'landed.promoted', null, null],
    ]);
    expect(newestChanges(ledger, 1)).toHaveLength(1);
  });
});

describe('a trial of what everybody had', () => {
  const finishedStages = whole.slice(0, 6);
  const watch = noted('rollout.watch', { reason: 'it is watched' });
  const opened = noted('rollout.trial', { at: 'then', kind: 'opened', reason: 'half of the users' });
  const cleared = noted('rollout.trial', { at: 'later', kind: 'cleared', reason: 'not to blame' });
  const waitsFor = (...told: readonly Told[]) =>
    viewChange(stateOf(...finishedStages, ...told), undefined).stages.at(-1)?.waiting;

  it('is what the rollout waits for, until it clears the version', () => {
    expect(waitsFor(watch, opened)).toBe('half of the users');
    expect(waitsFor(watch, opened, cleared)).toBe('it is watched');
  });

  it('is told in order', () => {
    expect(trialsIn(journal(watch, opened, cleared))).toEqual([
      { at: 'then', kind: 'opened', reason: 'half of the users' },
      { at: 'later', kind: 'cleared', reason: 'not to blame' },
    ]);
    expect(trialsIn(journal(watch))).toEqual([]);
  });
});
