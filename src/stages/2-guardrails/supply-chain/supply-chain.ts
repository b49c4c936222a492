import { counted } from '../../../domain/words.ts';
import { type ComparedPackage, failing, guardrail, type Problem } from '../facts.ts';
import { compare, type News } from './compare.ts';

/** No package can newly do what an update has no reason for. Old tarball against new; nothing of either is run. */
export const supplyChain = guardrail('supply-chain', ['lock', 'contents'], ({ lock, contents }) => {
  const names = [...(lock.head?.entries.values() ?? [])].map(({ name }) => name);
  const known = new Set(names);
  const news = contents.compared.map((each) => newsOf(each, known));
  const failure = failing(news.flatMap(({ failures }) => failures));
  if (failure !== undefined) return failure;
  const omitted = contents.omitted.map(
    (key): Problem => ({
      code: 'supply-chain.too-many',
      detail: `${key} was not looked into: too many change.`,
    }),
  );
  const doubt = failing([...news.flatMap(({ doubts }) => doubts), ...omitted]);
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  const count = contents.compared.length;
  const notes = news.flatMap((each) => each.notes);
  return {
    verdict: 'pass',
    code: 'supply-chain.nothing-new',
    reason:
      count === 0
        ? 'No package is new.'
        : `None of ${counted(count, 'new package')} can do what it could not.`,
    evidence: {
      packages: count,
      notes: notes.slice(0, 10).map(({ code, detail }) => ({ code, detail: detail.slice(0, 300) })),
    },
  };
});

function newsOf({ name, version, old, now }: ComparedPackage, known: ReadonlySet<string>): News {
  const key = `${name}@${version}`;
  if (now !== undefined) return compare(key, old, now, known);
  const detail = `The registry has no ${key}: what it can do is unknown.`;
  return { failures: [], doubts: [{ code: 'supply-chain.unknown', detail }], notes: [] };
}
