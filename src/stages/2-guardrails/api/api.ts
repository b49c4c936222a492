import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { type Finding, failing, guardrail, type Problem } from '../facts.ts';
import type { ApiFacts } from './compared.ts';
import { judge } from './judge.ts';
import type { OwnApiFacts } from './own/facts.ts';
import { judgeOwn } from './own/judge.ts';

/**
 * An update keeps what the package promised to those who use it, and so does a change to the packages that the repository
 * itself is: entries, names, signatures and engines. Nothing of them is run.
 */
export const api = guardrail('api', ['api', 'ownApi'], ({ api: updates, ownApi }) => {
  if (updates.revert === true) return goesBack('api');
  const found = [ofUpdates(updates), ofOwn(ownApi)];
  const [first, second] = ['fail', 'abstain'].flatMap((verdict) =>
    found.filter((one) => one.verdict === verdict),
  );
  if (first !== undefined) return second === undefined ? first : { ...first, evidence: both(first, second) };
  const [updated = passed, own = passed] = found;
  if (own.code === nothing) return updated;
  const main = updated.code === 'api.no-update' ? own : updated;
  return { ...main, reason: `${updated.reason} ${own.reason}`, evidence: both(updated, own) };
});

const nothing = 'api.own-untouched';
const passed: Finding = { verdict: 'pass', code: nothing, reason: '', evidence: {} };

function both(main: Finding, other: Finding): Finding['evidence'] {
  return { ...main.evidence, also: { code: other.code, ...other.evidence } };
}

function ofUpdates({ compared, client, omitted }: ApiFacts): Finding {
  const judged = compared.map((each) => judge(each, client));
  const failure = failing(judged.flatMap(({ failures }) => failures));
  if (failure !== undefined) return failure;
  const tooMany = omitted.map((key): Problem => {
    return { code: 'api.too-many', detail: `${key} was not compared: too many change.` };
  });
  const doubt = failing([...judged.flatMap(({ doubts }) => doubts), ...tooMany]);
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  return {
    verdict: 'pass',
    code: compared.length === 0 ? 'api.no-update' : 'api.kept',
    reason:
      compared.length === 0
        ? 'No package is updated.'
        : `${counted(compared.length, 'updated package')} kept what the old version promised.`,
    evidence: {
      packages: compared.slice(0, 10).map(({ name, from, to }) => `${name} ${from} -> ${to}`),
      count: compared.length,
      notes: shown(judged.flatMap((each) => each.notes)),
    },
  };
}

/** Of class `other` a person may mean it: one looks. No other class has a reason to. */
function ofOwn(facts: OwnApiFacts): Finding {
  const { breaks, doubts, notes } = judgeOwn(facts);
  const broken = failing(breaks);
  if (broken !== undefined) return facts.class === 'other' ? { ...broken, verdict: 'abstain' } : broken;
  const doubt = failing(doubts);
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  if (facts.packages.length === 0) return passed;
  const evidence = {
    own: facts.packages.slice(0, 10).map(({ name }) => name.slice(0, 200)),
    ownNotes: shown(notes),
  };
  const isBuilt = facts.packages.every(
    ({ outcome }) => outcome.kind === 'compared' && outcome.comparison === null,
  );
  const many = counted(facts.packages.length, 'package of the repository', 'packages of the repository');
  return isBuilt
    ? {
        ...passed,
        code: 'api.own-not-committed',
        reason: `What ${many} exports is built, and not in the repository: only package.json was compared.`,
        evidence,
      }
    : { ...passed, code: 'api.own-kept', reason: `What ${many} promised is kept.`, evidence };
}

function shown(notes: readonly Problem[]): Finding['evidence'][string] {
  return notes.slice(0, 10).map(({ code, detail }) => ({ code, detail: detail.slice(0, 300) }));
}
