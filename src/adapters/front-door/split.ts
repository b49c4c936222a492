import { AutolandError } from '../../domain/errors.ts';
import type { Answer } from '../runtime/command/answers.ts';

type Side = {
  readonly digest: string;
  readonly addresses: readonly string[];
  /** Names in the code that are on for all who get it. */
  readonly flags: readonly string[];
};

/** Who gets which version at the front door. */
export type Split = {
  readonly service: string;
  readonly stable: Side;
  /** null: everybody gets stable. */
  readonly exposed: null | {
    readonly candidate: Side;
    readonly flag: string;
    readonly nonce: string;
    readonly weight: number;
  };
};

export function isSame(one: Split | undefined, other: Split | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether there are users who may meet something by the one that they must not meet by the other. */
export function isNarrower(to: Split, from: Split): boolean {
  if (losesFlags(to.stable, from.stable)) return true;
  if (from.exposed === null) return false;
  const { nonce, weight, candidate } = from.exposed;
  return (
    to.exposed === null ||
    to.exposed.nonce !== nonce ||
    to.exposed.candidate.digest !== candidate.digest ||
    to.exposed.weight < weight ||
    losesFlags(to.exposed.candidate, candidate)
  );
}

function losesFlags(to: Side, from: Side): boolean {
  return from.flags.some((flag) => !to.flags.includes(flag));
}

/** What `ramp` is told. */
export type Told = ReturnType<typeof toldOf>;

export function toldOf(split: Split, { sequence, closesAt }: { sequence: number; closesAt: Date }) {
  const { service, stable, exposed } = split;
  return {
    service,
    sequence,
    flag: exposed?.flag ?? null,
    nonce: exposed?.nonce ?? null,
    weight: exposed?.weight ?? 0,
    stable,
    candidate: exposed?.candidate ?? null,
    closesAt: exposed === null ? null : closesAt.toISOString(),
  };
}

/** Throws `command.failed`: what was set otherwise was not set. */
export function assertSet(answer: Answer<'ramp'>, told: Told): void {
  const found = JSON.stringify(essence(answer));
  const asked = JSON.stringify(essence(told));
  if (found === asked) return;
  throw new AutolandError('command.failed', `ramp was asked for ${asked}, and answered ${found}`, {
    mend: 'let it answer what the front door has from now on, and set all of what it is told; docs/guide/runtimes.md',
  });
}

type Essential = Pick<Told, 'sequence' | 'nonce' | 'weight'> & {
  readonly stable: Pick<Side, 'digest' | 'flags'>;
  readonly candidate: Pick<Side, 'digest' | 'flags'> | null;
};

function essence({ sequence, nonce, weight, stable, candidate }: Essential) {
  const side = ({ digest, flags }: Pick<Side, 'digest' | 'flags'>) => ({ digest, flags: flags.toSorted() });
  return { sequence, nonce, weight, stable: side(stable), candidate: candidate && side(candidate) };
}
