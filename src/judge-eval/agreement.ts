import { type HeardRow, type RowVerdict, type RowVote, verdictOrder } from './answer.ts';
import { type Share, shareOf } from './share.ts';

export type Agreement = {
  /** Of requests that were made in both orders: both said the same. */
  readonly orders: Share;
  /** Of rows, lenses and orders that several models were asked of: all of them said the same. */
  readonly models: Share;
  /** Fleiss' kappa over the same: 1 is all, 0 is what chance gives. null: nothing to compare, or everybody always says the same. */
  readonly ordersKappa: number | null;
  readonly modelsKappa: number | null;
};

export function agreementOf(heard: readonly HeardRow[]): Agreement {
  const votes = heard.flatMap(({ row, answer }) => answer.votes.map((vote) => ({ row: row.id, ...vote })));
  const byOrder = groups(votes, ({ row, model, lens }) => [row, model, lens]);
  const byModel = groups(votes, ({ row, lens, order }) => [row, lens, order]);
  return {
    orders: unanimous(byOrder),
    models: unanimous(byModel),
    ordersKappa: fleissKappa(byOrder),
    modelsKappa: fleissKappa(byModel),
  };
}

type NamedVote = RowVote & { readonly row: string };

/** What several said of one thing. Where only one was asked nobody can disagree, and where all abstained nobody said anything. */
function groups(
  votes: readonly NamedVote[],
  keyOf: (vote: NamedVote) => readonly string[],
): readonly RowVerdict[][] {
  const byKey = Map.groupBy(votes, (vote) => JSON.stringify(keyOf(vote)));
  return [...byKey.values()]
    .map((group) => group.map(({ verdict }) => verdict))
    .filter((said) => said.length > 1 && said.some((one) => one !== 'abstain'));
}

function unanimous(said: readonly RowVerdict[][]): Share {
  return shareOf(said, ([first, ...others]) => others.every((one) => one === first));
}

/** Fleiss (1971), for groups of one size; others are left out of it. */
export function fleissKappa(said: readonly RowVerdict[][]): number | null {
  const raters = Math.max(0, ...said.map(({ length }) => length));
  const whole = said.filter(({ length }) => length === raters);
  if (whole.length === 0 || raters < 2) return null;
  const counts = whole.map((group) =>
    verdictOrder.map((verdict) => group.filter((one) => one === verdict).length),
  );
  const within = counts.map(
    (row) => (sum(row.map((count) => count * count)) - raters) / (raters * (raters - 1)),
  );
  const shares = verdictOrder.map(
    (_, at) => sum(counts.map((row) => row[at] ?? 0)) / (whole.length * raters),
  );
  const byChance = sum(shares.map((share) => share * share));
  // Everybody said one thing of everything: chance alone would have them agree.
  if (byChance > 1 - 1e-12) return null;
  return (sum(within) / whole.length - byChance) / (1 - byChance);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
