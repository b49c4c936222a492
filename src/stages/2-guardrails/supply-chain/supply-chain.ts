import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { type ComparedPackage, failing, guardrail, type Problem } from '../facts.ts';
import { compare, type News } from './compare.ts';
import { waysTo } from './ways.ts';

/** No package can newly do what an update has no reason for. Old tarball against new; nothing of either is run. */
export const supplyChain = guardrail('supply-chain', ['lock', 'contents'], ({ lock, contents }) => {
  if (contents.revert === true) return goesBack('supply-chain');
  const names = [...(lock.head?.entries.values() ?? [])].map(({ name }) => name);
  const known = new Set(names);
  const ways = lock.head === undefined ? new Map() : waysTo(lock.head);
  const news = contents.compared.map((each) => newsOf(each, known, ways));
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
        : `None of ${counted(count, 'new package')} can newly use the network, run or make code, write files, or change what is shared.`,
    evidence: {
      packages: count,
      notes: notes.slice(0, 10).map(({ code, detail }) => ({ code, detail: detail.slice(0, 300) })),
    },
  };
});

function newsOf(
  { name, version, old, now, closed }: ComparedPackage,
  known: ReadonlySet<string>,
  ways: ReturnType<typeof waysTo>,
): News {
  const key = `${name}@${version}`;
  const way = ways.get(key) ?? [];
  // A package that the project needs itself is found without being told the way.
  const named = way.length < 2 ? key : `${key} (${way.join(' > ')})`;
  if (now !== undefined) return compare(printable(named), old, now, { known, closed });
  const detail = `The registry has no ${printable(named)}: what it can do is unknown.`;
  return { failures: [], doubts: [{ code: 'supply-chain.unknown', detail }], notes: [] };
}
