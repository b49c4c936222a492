import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Finding, refusalCandidates, tellRefusal } from './due-refusals.ts';
import { foldLedger } from './ledger.ts';
import { foldTasks } from './tasks.ts';

const now = new Date('2026-11-30T12:00:00Z');

function ruleOf(more = '') {
  const rule = `{ classes: [docs], codes: [tests.failed, mutation.survived], agent: claude, until: 2027-01-01${more} }`;
  const text = `version: 1\nagents: { command: { claude: {} }, tasks: { refusals: { mend: ${rule} } } }`;
  const found = parseConfig(text, 'test.yaml').agents.tasks.refusals.mend;
  if (found === undefined) throw new Error('there is no rule');
  return found;
}

type Made = readonly [type: string, data: JsonObject, change?: string];
const change = (
  id: string,
  outcome = 'refused',
  { code = 'tests.failed', ref = id, at = 'docs' } = {},
): Made[] => [
  ['change.proposed', { source: 'agent:x', ref, title: 't', record: {} }, id],
  ['stage.finished', { stage: 'classify', data: { class: at, packages: [], tree: 't' } }, id],
  ['change.concluded', { outcome, code, reasons: [] }, id],
];
const task = (id: string, from: string, key: string | null, made: string | null): Made[] => [
  ['task.begun', { task: id, agent: 'model', from, key, round: 1 }],
  ['task.ended', { task: id, change: made, why: null }],
];

function known(made: readonly Made[], at = now) {
  const entries: Entry[] = made.map(([type, data, id], index) => ({
    ...{ type, data, index, at: '2026-11-30T11:00:00.000Z', actor: 'x' },
    ...(id === undefined ? {} : { change: id }),
  }));
  return { tasks: foldTasks(entries), ledger: foldLedger(entries), now: at };
}

const candidates = (made: readonly Made[], at?: Date) =>
  refusalCandidates(ruleOf(), known(made, at)).map(({ id }) => id);

describe('changes that may be handed on', () => {
  it('are those that were turned away lately, whoever made them', () => {
    const made = [...change('chg_1'), ...change('chg_2', 'held', { code: 'policy.abstained' })];
    expect(candidates(made)).toEqual(['chg_1', 'chg_2']);
    expect(candidates(made, new Date('2026-12-07T11:00:01Z'))).toEqual([]);
  });

  it.each<[string, Made[]]>([
    ['under way', change('chg_1').slice(0, 2)],
    ['landed', change('chg_1', 'landed')],
    ['rolled back', change('chg_1', 'rolled-back')],
    ['superseded', change('chg_1', 'superseded')],
    ['cancelled by a person', change('chg_1', 'held', { code: 'change.cancel' })],
    ['there already', change('chg_1', 'refused', { code: 'classify.empty' })],
    ['of another class', change('chg_1', 'refused', { at: 'dependency-patch' })],
    ['of a task', [...change('chg_1'), ...task('a', 'person', null, 'chg_1')]],
    [
      'of a round of a task',
      [...change('chg_1'), ...task('a', 'mend', 'chg_0', 'chg_1'), ...task('a', 'mend', 'chg_0', 'chg_2')],
    ],
    [
      'not the newest of its branch',
      [...change('chg_1', 'refused', { ref: 'r' }), ...change('chg_2', 'landed', { ref: 'r' })],
    ],
  ])('are none that are %s', (_what, made) => {
    expect(candidates(made)).toEqual([]);
  });
});

it.each(['secrets.found', 'supply-chain.new', 'install-scripts.added', 'tests', 'nothing.known'])(
  'no rule hands on what is turned away for %s',
  (code) => {
    const rule = `{ classes: [docs], codes: [${code}], agent: claude, until: 2027-01-01 }`;
    const text = `version: 1\nagents: { command: { claude: {} }, tasks: { refusals: { mend: ${rule} } } }`;
    expect(() => parseConfig(text, 'test.yaml')).toThrow(
      /whose reasons an agent may mend.*scope, documentation/s,
    );
  },
);

describe('what becomes of them', () => {
  const told = (notPassed: readonly Finding[], made: readonly Made[] = [], more = '', passed = ['secrets']) =>
    tellRefusal({ name: 'mend', rule: ruleOf(more) }, { id: 'chg_1', notPassed, passed }, known(made));
  const red: Finding = { name: 'tests', verdict: 'fail', code: 'tests.failed' };

  it('is a task, where all that fails may be mended', () => {
    const others = [red, { name: 'judge', verdict: 'abstain', code: 'judge.unsure' }];
    expect(told(others)).toMatchObject({ code: 'refusals.due', codes: ['tests.failed'] });
    const survived = { name: 'mutation', verdict: 'abstain', code: 'mutation.survived' };
    expect(told([survived])).toMatchObject({ code: 'refusals.due', codes: ['mutation.survived'] });
  });

  it('is none where anything else fails: no agent is let near a package that looks bad', () => {
    const bad = { name: 'install-scripts', verdict: 'fail', code: 'install-scripts.added' };
    expect(told([red, bad])).toMatchObject({ code: 'refusals.other-failures', codes: [] });
    const secret = { name: 'secrets', verdict: 'fail', code: 'secrets.found' };
    expect(told([red, secret], [], '', [])).toMatchObject({ code: 'refusals.other-failures' });
    expect(told([red], [], '', [])).toMatchObject({ code: 'refusals.secrets' });
    expect(told([])).toMatchObject({ code: 'refusals.other-reasons' });
    expect(told([{ ...red, verdict: 'pass' }])).toMatchObject({ code: 'refusals.other-reasons' });
  });

  it('is one task for each, and no more than the rule allows', () => {
    expect(told([red], task('a', 'mend', 'chg_1', null))).toMatchObject({ code: 'refusals.begun' });
    expect(told([red], task('a', 'mend', 'chg_0', 'chg_9'))).toMatchObject({ code: 'refusals.at-once' });
    expect(told([red], task('a', 'mend', 'chg_0', null), ', perDay: 1')).toMatchObject({
      code: 'refusals.per-day',
    });
    expect(told([red], task('a', 'other', 'chg_1', 'chg_9'))).toMatchObject({ code: 'refusals.due' });
  });
});
