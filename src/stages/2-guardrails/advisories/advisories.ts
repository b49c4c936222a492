import type { Advisory } from '../../../domain/npm/advisories.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { failing, guardrail, type Problem } from '../facts.ts';
import type { AdvisedPackage, AdvisoryFacts } from './facts.ts';

/** No version that the change brings is known to be vulnerable or malicious, unless the base's version is so too. */
export const advisories = guardrail('advisories', ['advisories'], ({ advisories: facts }) => {
  if ('revert' in facts) return goesBack('advisories');
  if (!facts.configured) {
    const reason = 'No source of advisories is configured.';
    return { verdict: 'not-configured', code: 'advisories.not-configured', reason, evidence: {} };
  }
  const { packages, answer } = facts;
  const found = packages.flatMap((one) =>
    of(keyOf(one), answer.known).map(({ id, severity }) => ({ id, severity, of: keyOf(one) })),
  );
  const failure = failing(packages.flatMap((one) => problemsOf(one, answer.known)));
  if (failure !== undefined) return { ...failure, evidence: { ...failure.evidence, found: shown(found) } };
  const told = (pick: (one: AdvisedPackage) => readonly Advisory[]) =>
    packages
      .flatMap((one) => pick(one).map(({ id }) => printable(`${keyOf(one)}: ${id}`).slice(0, 200)))
      .slice(0, 10);
  const evidence = {
    packages: packages.length,
    found: shown(found),
    // Known of the base's version as well: the change brings nothing that was not there.
    remaining: told((one) => of(keyOf(one), answer.known)),
    mended: told((one) => mended(one, answer.known)),
  };
  const [silent] = answer.silent;
  if (silent !== undefined) {
    const reason = printable(`The registry of ${silent} serves no advisories.`);
    return { verdict: 'not-offered', code: 'advisories.not-offered', reason, evidence };
  }
  const [none, count] = [packages.length === 0, counted(packages.length, 'new version')];
  const reason = none ? 'No version is new.' : `Nothing is known against ${count} that the base has not.`;
  return { verdict: 'pass', code: `advisories.${none ? 'unchanged' : 'none-new'}`, reason, evidence };
});

/** Each of them becomes part of an attestation, so there is room for more than a person reads. */
function shown(found: readonly { readonly id: string; readonly severity: string; readonly of: string }[]) {
  const short = (text: string) => printable(text).slice(0, 200);
  return found.slice(0, 50).map((one) => ({ id: short(one.id), severity: one.severity, of: short(one.of) }));
}

type Known = Extract<AdvisoryFacts, { configured: true }>['answer']['known'];

const keyOf = ({ name, version }: { readonly name: string; readonly version: string }) =>
  `${name}@${version}`;
const of = (key: string, known: Known): readonly Advisory[] => known.get(key) ?? [];

function before({ name, old }: AdvisedPackage, known: Known): readonly Advisory[] {
  return old.flatMap((version) => of(keyOf({ name, version }), known));
}

function problemsOf(one: AdvisedPackage, known: Known): readonly Problem[] {
  const had = new Set(before(one, known).map(({ id }) => id));
  return of(keyOf(one), known)
    .filter(({ id, malicious }) => malicious || !had.has(id))
    .map((advisory) => problem(keyOf(one), advisory));
}

function problem(key: string, { id, title, severity, malicious, url }: Advisory): Problem {
  const what = malicious ? 'is known to be malicious' : `is known to be vulnerable (${severity})`;
  const detail = `${key} ${what}: ${id}${title === '' ? '' : `, ${title}`} ${url}`.trim();
  return { code: malicious ? 'advisories.malicious' : 'advisories.known', detail: printable(detail) };
}

function mended(one: AdvisedPackage, known: Known): readonly Advisory[] {
  const left = new Set(of(keyOf(one), known).map(({ id }) => id));
  return before(one, known).filter(({ id }) => !left.has(id));
}
