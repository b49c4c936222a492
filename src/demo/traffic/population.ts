import { hashed, type Random } from './random.ts';
import { fillTemplate, type Habit, type Traffic } from './schema.ts';

/** What one user does next. */
export type Visit = {
  readonly habit: Habit;
  readonly path: string;
  /** The posted form, encoded. */
  readonly body: string | undefined;
};

export type Population = {
  /** A user by number, the active ones more often. */
  pickUser(random: Random): number;
  visit(user: number, random: Random): Visit;
};

/** Users beside the most active one share its rank: q of the Zipf-Mandelbrot law, as a part of all users. */
const FLATTENING = 0.02;
const FAVOURITES = 3;

/**
 * People with habits: activity falls by rank as in Zipf and Mandelbrot's law, 1 / (rank + q); every user
 * likes some habits more than others do, and returns to the same few products. All of it follows from the seed.
 */
export function createPopulation(traffic: Traffic, seed: number): Population {
  const cumulative = activityOf(traffic.users);
  const total = cumulative.at(-1) ?? 0;
  return {
    pickUser: (random) => firstAbove(cumulative, random() * total),
    visit: (user, random) => {
      const habit = pickHabit(traffic, { seed, user, random });
      const chosen = new Map<string, string>();
      const value = (name: string): string => {
        const known = chosen.get(name) ?? favourite(traffic.values[name] ?? [], { seed, user, random });
        chosen.set(name, known);
        return known;
      };
      const path = fillTemplate(habit.path, (name) => encodeURIComponent(value(name)));
      return { habit, path, body: habit.method === 'POST' ? formBody(habit, value) : undefined };
    },
  };
}

function activityOf(users: number): Float64Array {
  const cumulative = new Float64Array(users);
  let sum = 0;
  for (let rank = 0; rank < users; rank += 1) {
    sum += 1 / (rank + 1 + users * FLATTENING);
    cumulative[rank] = sum;
  }
  return cumulative;
}

/** The first index whose value is above `target`; `ascending` is not empty. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

type Chance = { readonly seed: number; readonly user: number; readonly random: Random };

function pickHabit(traffic: Traffic, { seed, user, random }: Chance): Habit {
  const weights = traffic.habits.map((habit, index) => {
    if (hashed(seed, user, index + 1) >= habit.heldBy) return 0;
    // Between a third and three times as fond of it as others; what fails must keep its share of all requests.
    const fondness = habit.background ? 1 : 3 ** (2 * hashed(seed, user, -index - 1) - 1);
    return (habit.weight / habit.heldBy) * fondness;
  });
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  const habit = traffic.habits[index] ?? traffic.habits.find((any) => any.heldBy === 1);
  if (habit === undefined) throw new Error('the schema wants a habit that every user has');
  return habit;
}

/** One of the user's few favourites; earlier values are the favourites of more users. */
function favourite(values: readonly string[], { seed, user, random }: Chance): string {
  const which = Math.floor(random() * FAVOURITES);
  const popularity = hashed(seed, user, 1000 + which) ** 2;
  return values[Math.floor(popularity * values.length)] ?? '';
}

function formBody(habit: Habit, value: (name: string) => string): string {
  const form = new URLSearchParams();
  for (const [name, text] of Object.entries(habit.form ?? {})) form.set(name, fillTemplate(text, value));
  return form.toString();
}
