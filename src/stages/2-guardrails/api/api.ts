import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { failing, guardrail, type Problem } from '../facts.ts';
import { judge } from './judge.ts';

/** An update keeps what the package promised to those who use it: its entries, names, signatures and engines. Nothing of it is run. */
export const api = guardrail('api', ['api'], ({ api: { compared, client, omitted, revert } }) => {
  if (revert === true) return goesBack('api');
  const judged = compared.map((each) => judge(each, client));
  const failure = failing(judged.flatMap(({ failures }) => failures));
  if (failure !== undefined) return failure;
  const tooMany = omitted.map((key): Problem => {
    return { code: 'api.too-many', detail: `${key} was not compared: too many change.` };
  });
  const doubt = failing([...judged.flatMap(({ doubts }) => doubts), ...tooMany]);
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  const notes = judged.flatMap((each) => each.notes);
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
      notes: notes.slice(0, 10).map(({ code, detail }) => ({ code, detail: detail.slice(0, 300) })),
    },
  };
});
