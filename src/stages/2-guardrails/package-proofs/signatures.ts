import { guardrail } from '../facts.ts';
import { conclude, type Judgement, unknownVersion } from './conclude.ts';
import type { ProvenPackage } from './facts.ts';

/** The registry's signature of each new version holds, for the very digest that is locked. */
export const signatures = guardrail('signatures', ['packageProofs'], ({ packageProofs }) =>
  conclude(
    { guardrail: 'signatures', judge, thing: 'signature', passes: 'signed by a key that is trusted' },
    packageProofs,
  ),
);

function judge({ now, old, locked }: ProvenPackage): Judgement {
  if (now === undefined) return unknownVersion;
  const { signature, integrity } = now;
  switch (signature.kind) {
    case 'wrong':
      return fail('wrong', `has a signature that is not of the digest served (key ${signature.keyId}).`);
    case 'expired':
      return fail('expired-key', `is signed by key ${signature.keyId}, which had ended on ${signature.end}.`);
    case 'unknown':
      return { kind: 'abstain', what: 'unknown', why: `has a signature, and ${signature.why}.` };
    case 'verified': {
      const isLocked = integrity !== undefined && (locked ?? '').split(/\s+/).includes(integrity);
      return isLocked
        ? { kind: 'pass', told: { key: signature.keyId } }
        : fail('other-digest', 'is signed with a digest that is not the one in the lockfile.');
    }
    case 'none':
      return missing(old);
  }
}

function missing(old: ProvenPackage['old']): Judgement {
  if (old.some((one) => one !== undefined && one.signature.kind !== 'none')) {
    return fail('lost', 'has no signature, and the version that it replaces has one.');
  }
  if (old.includes(undefined)) {
    const why = 'has no signature, and the version that it replaces is not in the registry any more.';
    return { kind: 'abstain', what: 'unknown', why };
  }
  return { kind: 'not-offered' };
}

function fail(what: string, why: string): Judgement {
  return { kind: 'fail', what, why };
}
