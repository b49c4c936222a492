import type { JsonObject } from '../../../domain/json.ts';
import { printable, printableAll } from '../../../domain/printable.ts';
import type { Counterexample, CriticalFunction, CriticalState, Proof } from '../../../domain/proof.ts';
import { counted } from '../../../domain/words.ts';
import { type Finding, guardrail, type Problem } from '../facts.ts';
import { type CriticalFacts, isProvable, type ProvedFacts, type ProvedFunction } from './facts.ts';

const shown = 10;

/** Functions tagged `@critical` do what they did, or what their contract says, for every input. */
export const proof = guardrail('proof', ['critical', 'proved'], ({ critical, proved: proofs }) => {
  const refuted = proofs.proofs.find((each) => each.proof.verdict === 'refuted');
  if (refuted?.proof.verdict === 'refuted') return refutation(refuted, refuted.proof.counterexample, proofs);
  const doubts = [...doubtsOf(critical), ...proofs.proofs.flatMap(doubtOf), ...omissions(proofs)];
  const [first] = doubts;
  const evidence = { functions: rows(proofs) };
  if (first === undefined) return passing(critical, proofs, evidence);
  const more = doubts.length === 1 ? '' : ` (and ${doubts.length - 1} more)`;
  return {
    verdict: 'abstain',
    code: first.code,
    reason: `${first.detail}${more}`,
    evidence: { ...evidence, doubts: doubts.slice(0, shown).map(({ code, detail }) => ({ code, detail })) },
  };
});

function passing({ files }: CriticalFacts, { proofs }: ProvedFacts, evidence: JsonObject): Finding {
  const tagged = files.reduce((sum, { functions }) => sum + functions.length, 0);
  const verdict = 'pass' as const;
  if (tagged === 0)
    return {
      verdict,
      code: 'proof.none',
      reason: 'No file of the change has a function tagged @critical.',
      evidence,
    };
  if (proofs.length === 0)
    return { verdict, code: 'proof.unchanged', reason: 'No function tagged @critical is changed.', evidence };
  const contracts = proofs.filter(({ of }) => of.contract).length;
  const same = 'the same outcome as before';
  const what =
    contracts === 0
      ? same
      : contracts === proofs.length
        ? 'the contract is kept'
        : `${same}, or the contract is kept`;
  const reason = `Proved for every input of ${counted(proofs.length, 'critical function')}: ${what}.`;
  return { verdict, code: 'proof.proved', reason, evidence };
}

function refutation({ path, of }: ProvedFunction, found: Counterexample, proofs: ProvedFacts): Finding {
  const call = `${of.name}(${found.inputs.map(({ value }) => value).join(', ')})`;
  const said =
    found.old === undefined
      ? `is ${found.new}, against its contract`
      : `was ${found.old} and is ${found.new}`;
  return {
    verdict: 'fail',
    code: 'proof.refuted',
    reason: printable(`${placeOf(path, of)}: ${call} ${said}.`).slice(0, 500),
    evidence: {
      counterexample: printableAll([
        ...found.inputs.slice(0, shown).map(({ name, value }) => ({ what: `input ${name}`, value })),
        ...(found.old === undefined ? [] : [{ what: 'old outcome', value: found.old }]),
        { what: 'new outcome', value: found.new },
      ]),
      functions: rows(proofs),
    },
  };
}

function placeOf(path: string, { line }: CriticalFunction): string {
  return `${path}:${line}`;
}

function rows({ proofs }: ProvedFacts) {
  return printableAll(
    proofs.slice(0, shown).map(({ path, of, proof: { verdict, ...said } }) => ({
      function: of.name.slice(0, 100),
      place: placeOf(path, of).slice(0, 300),
      verdict,
      how: howOf({ verdict, ...said } as Proof).slice(0, 300),
    })),
  );
}

function howOf(answer: Proof): string {
  switch (answer.verdict) {
    case 'proved':
      return `${answer.claim}, ${answer.arithmetic === 'integer' ? 'whole numbers' : 'IEEE 754 doubles'}`;
    case 'refuted':
      return answer.claim;
    case 'unsupported':
      return answer.why;
    case 'unknown':
      return `${answer.why}; ${answer.tried} inputs tried, which proves nothing`;
  }
}

const states: Readonly<Partial<Record<CriticalState, readonly [code: string, says: string]>>> = {
  removed: ['proof.removed', 'is gone'],
  untagged: ['proof.tag-removed', 'is no longer tagged @critical'],
  'contract-changed': ['proof.contract-changed', 'has another contract than before'],
  unplaced: ['proof.unplaced', 'a @critical tag belongs to no function of the top level'],
};

function doubtsOf({ files, unread }: CriticalFacts): readonly Problem[] {
  const found = files.flatMap(({ path, functions }) =>
    functions.flatMap((of): readonly Problem[] => {
      const place = placeOf(path, of);
      if (of.state === 'added' && !isProvable(of))
        return [problem('proof.no-contract', `${place}: ${of.name} is new and has no @ensures to prove.`)];
      const [code, says] = states[of.state] ?? [];
      if (code === undefined || says === undefined) return [];
      return [problem(code, `${place}: ${of.name === '' ? says : `${of.name} ${says}`}.`)];
    }),
  );
  return [
    ...found,
    ...unread.map((path) => problem('proof.not-read', `${path} could not be read for critical functions.`)),
  ];
}

function doubtOf({ path, of, proof: answer }: ProvedFunction): readonly Problem[] {
  const name = `${placeOf(path, of)}: ${of.name}`;
  if (answer.verdict === 'unsupported') {
    const where = answer.line === undefined ? '' : ` (line ${answer.line} of the ${answer.side} version)`;
    return [problem('proof.unsupported', `${name} cannot be proved: ${answer.why}${where}.`)];
  }
  if (answer.verdict !== 'unknown') return [];
  const tried = answer.tried === 0 ? '' : `; ${answer.tried} inputs show no difference, which proves nothing`;
  return [problem('proof.unknown', `${name} is not proved: ${answer.why}${tried}.`)];
}

function omissions({ omitted }: ProvedFacts): readonly Problem[] {
  return omitted.map((name) => problem('proof.too-many', `${name} was not asked about: too many change.`));
}

function problem(code: string, detail: string): Problem {
  return { code, detail: printable(detail).slice(0, 400) };
}
