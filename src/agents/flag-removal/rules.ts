import type { ChangeId, Sha } from '../../domain/change.ts';
import type { FlagEnd } from '../../views/promoted-flags.ts';

/** A proposal of this agent that did not land. */
export type EarlierRemoval = {
  readonly key: string;
  readonly change: ChangeId;
  /** The commit that it was made from. */
  readonly base: Sha;
  /** What it removed the flag from, as `digestOf` names it. */
  readonly of: string;
  readonly outcome: 'held' | 'refused' | 'rolled-back';
  readonly code: string;
};

export type RemovalRules = {
  readonly removeAfterSeconds: number;
  /** Ages are counted until then. */
  readonly asOf: Date;
  /** Keys of flags that stay. */
  readonly ignore: readonly string[];
  readonly maxOpen: number;
  /** Keys of proposals that are under way. */
  readonly open: readonly string[];
  readonly earlier: readonly EarlierRemoval[];
};

/** A flag that was looked at and not proposed. */
export type Skipped = { readonly name: string; readonly code: string; readonly reason: string };

type Asked = { readonly flag: FlagEnd; readonly base: Sha; readonly made: number };
type Rule = (asked: Asked, rules: RemovalRules) => Omit<Skipped, 'name'> | undefined;

const promoted: Rule = ({ flag }) =>
  flag.state === 'promoted'
    ? undefined
    : skip(
        'rolled-back',
        `Nobody has it, since ${flag.change} was rolled back or the flag closed: a person decides.`,
      );

const notIgnored: Rule = ({ flag }, { ignore }) =>
  ignore.includes(flag.key) ? skip('ignored', 'The configuration says that it stays.') : undefined;

const oldEnough: Rule = ({ flag }, { asOf, removeAfterSeconds }) => {
  const seconds = (asOf.getTime() - Date.parse(flag.since)) / 1000;
  if (seconds >= removeAfterSeconds) return undefined;
  const days = (each: number) => Number((each / 86_400).toFixed(2));
  const reason = `Everybody has it for ${days(seconds)} days, less than ${days(removeAfterSeconds)}.`;
  return skip('too-young', reason);
};

const notOpen: Rule = ({ flag }, { open }) =>
  open.includes(flag.key) ? skip('open', 'An earlier proposal for it is still under way.') : undefined;

const notHeld: Rule = ({ flag, base }, { earlier }) => {
  const found = earlier.find((each) => each.key === flag.key && each.base === base);
  return found && skip('held', `It was proposed from this very commit: ${found.change} is ${found.outcome}.`);
};

const fewEnough: Rule = ({ made }, { open, maxOpen }) =>
  open.length + made >= maxOpen
    ? skip('max-open', `${maxOpen} proposals are under way already; it waits.`)
    : undefined;

const rules: readonly Rule[] = [promoted, notIgnored, oldEnough, notOpen, notHeld, fewEnough];

/** Why a flag gets no proposal now; undefined: nothing speaks against one. */
export function declined(asked: Asked, settings: RemovalRules): Skipped | undefined {
  for (const rule of rules) {
    const found = rule(asked, settings);
    if (found !== undefined) return { name: asked.flag.key, ...found };
  }
  return undefined;
}

/** They say something about the day, or the rules, not about the removal: it is proposed again. */
const passing = /^(stage|policy|merge|classify|change)\./;

/** An earlier proposal of the same removal that was turned away. */
export function turnedAway(
  key: string,
  of: string,
  { earlier }: Pick<RemovalRules, 'earlier'>,
): EarlierRemoval | undefined {
  return earlier.find(
    (each) => each.key === key && each.of === of && each.outcome !== 'held' && !passing.test(each.code),
  );
}

function skip(word: string, reason: string): Omit<Skipped, 'name'> {
  return { code: `flag-removal.${word}`, reason };
}
