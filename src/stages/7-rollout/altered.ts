import { type Position, weightAt } from './position.ts';

/** As flags hold weights. */
const parts = 10_000;

/**
 * What somebody else made of the flag of a rollout; undefined: it stands as the journal decided, or as it did before the raise that is
 * under way. The router opens nothing for a flag that was raised by hand, so this is not about harm: it is about who decides.
 */
export function alterationOf(
  flag: { readonly weight: number; readonly version: number } | undefined,
  position: Position,
): string | undefined {
  const { step, epoch } = position;
  // Before the first users nobody may have written it yet.
  const isNew = step === 0 && epoch === null;
  if (flag === undefined) return isNew ? undefined : 'its flag is gone';
  const decided = [step, step - 1].filter((one) => one >= 0);
  if (decided.some((one) => stands(flag, { ...position, step: one }))) return undefined;
  return `its flag is at ${Number((flag.weight * 100).toFixed(2))} % in version ${flag.version}, decided were ${Number((weightAt(position) * 100).toFixed(2))} % in version ${step + 1}`;
}

function stands(flag: { readonly weight: number; readonly version: number }, position: Position): boolean {
  return (
    flag.version === position.step + 1 &&
    Math.round(flag.weight * parts) === Math.round(weightAt(position) * parts)
  );
}
