import type { PolicyDecision } from './decision.ts';
import { readGateDecision, type UnsignedStatement, verificationSummary } from './statements.ts';

export type GateInput = {
  readonly change: string;
  readonly decision: PolicyDecision;
  /** `gitTree:…` of what may be merged, `sha256:…` of what may run. */
  readonly digest: string;
  /** Where it may go: a branch and the tip that it was tested on, or a service. */
  readonly resource: string;
  readonly log: { readonly size: number; readonly root: string };
  readonly inputs: readonly { readonly uri: string; readonly digest: string }[];
  readonly at: Date;
  readonly expires: Date;
  readonly nonce: string;
};

const dayMs = 24 * 60 * 60 * 1000;
/** After that its evidence is old: a change that was not merged by then is decided again, a rollout does not rise. */
const validMs = { merge: dayMs, exposure: 7 * dayMs };

export function gateExpiry(at: Date, act: keyof typeof validMs): Date {
  return new Date(at.getTime() + validMs[act]);
}

/** What the gate signs when the policy permits; throws on anything else, which is a bug. */
export function gateStatement(input: GateInput): UnsignedStatement {
  if (input.decision.value !== 'permit') throw new Error(`the gate cannot attest ${input.decision.value}`);
  return verificationSummary({
    subject: { name: input.change, digest: input.digest },
    resource: input.resource,
    result: 'PASSED',
    at: input.at,
    policy: { uri: '.autoland/policy.cedar', digest: input.decision.policyDigest },
    inputs: input.inputs,
    change: input.change,
    log: input.log,
    expires: input.expires,
    nonce: input.nonce,
  });
}

/** Why a (verified) statement of the gate does not allow the act; undefined: it does. */
export function gateRefusal(
  statement: Parameters<typeof readGateDecision>[0],
  wanted: {
    readonly change: string;
    readonly resource: string;
    readonly policyDigest: string;
    readonly now: Date;
  },
): string | undefined {
  const found = readGateDecision(statement);
  if (found === undefined) return 'it is no decision of the gate';
  if (found.result !== 'PASSED') return `its result is ${found.result}`;
  if (found.change !== wanted.change) return `it is about ${found.change}`;
  if (found.resource !== wanted.resource) return `it is for ${found.resource}, not for ${wanted.resource}`;
  if (found.policyDigest !== wanted.policyDigest) return 'another policy decided';
  // Written so that a time that is none counts as too late.
  if (!(wanted.now < found.expires)) return `it expired at ${found.expires.toISOString()}`;
  return undefined;
}
