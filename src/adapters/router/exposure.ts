import { FlagdCore } from '@openfeature/flagd-core';
import { AutolandError } from '../../domain/errors.ts';
import { isFlagOf } from '../../domain/rollout.ts';
import type { Route } from '../../ports/runtime.ts';
import type { Witness } from '../../ports/witness.ts';
import { flagDefinition, isStanding, PARTS, type StoredFlag, toParts } from '../flags/flag-file.ts';
import { isKilled } from '../flags/tombstones.ts';

export type LeaseInput = Parameters<Witness['lease']>[0];
/** `until` on the monotonic clock, ms. */
export type Lease = Omit<LeaseInput, 'leaseMs'> & { readonly until: number };

/** What the files say at one moment. */
export type Facts = {
  readonly stopped: boolean;
  readonly killed: (key: string) => boolean;
  /** Empty where the file is missing or corrupt: every flag is off. */
  readonly flags: ReadonlyMap<string, StoredFlag>;
  readonly route: Route | undefined;
};

/** Names in the code that are on for everybody. Nothing but a kill ends them: a stop leaves production as it is. */
export function standingFlags(
  service: string,
  { flags, killed }: Pick<Facts, 'flags' | 'killed'>,
): readonly string[] {
  const standing = [...flags.values()].filter(
    (flag) => isStanding(flag) && isFlagOf(service, flag.key) && !isKilled(killed, flag),
  );
  return [...new Set(standing.flatMap(({ code }) => code ?? []))];
}

/** Why no user may be exposed now; undefined: they may, at the lease's weight. Everything unknown closes. */
export function closedBecause(lease: Lease | undefined, facts: Facts, now: number): string | undefined {
  if (lease === undefined) return 'there is no lease';
  if (now >= lease.until) return 'the lease has ended';
  if (facts.stopped) return 'autonomy is stopped';
  if (isKilled(facts.killed, facts.flags.get(lease.flag) ?? { key: lease.flag }))
    return `flag ${lease.flag} was killed`;
  const candidate = facts.route?.candidate;
  if (candidate?.flag !== lease.flag || candidate.nonce !== lease.nonce)
    return 'the route names another rollout';
  return flagClosed(lease, facts.flags.get(lease.flag));
}

/**
 * A flag that was already raised beyond the lease stays open at the leased weight until the next lease comes:
 * closing it for that moment would throw users back and forth. A flag that was lowered closes.
 */
function flagClosed(lease: Lease, flag: StoredFlag | undefined): string | undefined {
  const leased = toParts(lease.weight);
  if (flag === undefined) return `there is no flag ${lease.flag}`;
  if (flag.version < lease.version) return `flag ${lease.flag} is older than the lease`;
  if (flag.parts < leased) return `flag ${lease.flag} was lowered`;
  if (flag.version === lease.version && flag.parts !== leased)
    return `flag ${lease.flag} is not at the leased weight`;
  return undefined;
}

/** A lease longer than this would outlive the control plane by too much. */
const LONGEST_LEASE_MS = 60_000;

export function assertLength(leaseMs: number): void {
  if (leaseMs > 0 && leaseMs <= LONGEST_LEASE_MS) return;
  throw new AutolandError('usage', `a lease must last 1 to ${LONGEST_LEASE_MS} ms, found ${leaseMs}`);
}

/** Rejects unless the lease may be given: the flag as read is exactly the leased one, and the weight never falls. */
export function checkLease(
  input: LeaseInput,
  facts: Facts,
  current: { step: number; weight: number } | undefined,
): void {
  const parts = toParts(input.weight);
  if (parts === 0) throw new AutolandError('usage', 'a lease must have a weight above 0');
  const flag = facts.flags.get(input.flag);
  if (flag !== undefined && (flag.version !== input.version || flag.parts !== parts)) {
    throw new AutolandError(
      'flag.stale-version',
      `the lease names version ${input.version} at ${input.weight} of flag ${input.flag}, the router reads version ${flag.version} at ${flag.parts / PARTS}`,
    );
  }
  const closed = closedBecause({ ...input, until: 1 }, facts, 0);
  if (closed !== undefined) throw notAllowed(closed);
  if (current === undefined) return;
  if (input.step < current.step)
    throw notAllowed(`step ${current.step} has begun, a lease for ${input.step} came`);
  if (input.weight < current.weight || (input.step === current.step && input.weight !== current.weight)) {
    throw notAllowed(
      `step ${current.step} has the weight ${current.weight}, a lease at ${input.weight} came`,
    );
  }
}

function notAllowed(why: string): AutolandError {
  return new AutolandError('rollout.not-allowed', `the router gives no lease: ${why}`, {
    mend: 'hold or start the rollout anew',
  });
}

/** How many users' arms are remembered, to spare evaluating the flag at each request. */
const REMEMBERED = 100_000;

/** Answers whether a user gets the candidate: flagd's own evaluation of the flag at the leased weight. */
export function flagCoin(key: string, version: number, weight: number): (user: string) => boolean {
  const core = new FlagdCore();
  const definition = flagDefinition({ key, version, parts: toParts(weight) });
  core.setConfigurations(JSON.stringify({ flags: { [key]: definition } }));
  const known = new Map<string, boolean>();
  return (user) => {
    const found = known.get(user);
    if (found !== undefined) return found;
    if (known.size >= REMEMBERED) known.clear();
    const on = core.resolveBooleanEvaluation(key, false, { targetingKey: user }).value;
    known.set(user, on);
    return on;
  };
}
