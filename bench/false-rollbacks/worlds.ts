/** What is wrong in a world in which the new version alters nothing. */
export type World = {
  readonly name: string;
  /** Of all requests. */
  readonly fails: number;
  /** Of users: half of their requests in a bad session fail, and a tenth of their sessions are bad. */
  readonly proneUsers: number;
  /** How far the load swings around its mean over the whole rollout, 0 to 1; waits and failures swing with it. */
  readonly swing: number;
  /** Of a minute, in which a third of all requests fail and all wait three times as long. */
  readonly incidentsPerHour: number;
  /** Requests of a session, in the mean. */
  readonly burst: number;
  /** Of the usual users and requests, so many times as many; absent: once. */
  readonly times?: number;
};

const plain = { fails: 0.01, proneUsers: 0, swing: 0, incidentsPerHour: 0, burst: 1 };

export const worlds: readonly World[] = [
  { ...plain, name: 'independent requests' },
  { ...plain, name: 'errors of one in 10,000', fails: 1e-4, burst: 6 },
  { ...plain, name: 'users who come in bursts', burst: 12 },
  { ...plain, name: 'few users with most of the errors', fails: 0.001, proneUsers: 0.02, burst: 6 },
  { ...plain, name: 'time of day', swing: 0.8, burst: 6 },
  { ...plain, name: 'shared incidents', incidentsPerHour: 1, burst: 6 },
  {
    name: 'all of it',
    ...{ fails: 0.002, proneUsers: 0.02, swing: 0.8, incidentsPerHour: 1, burst: 12 },
  },
];
