import { openGitReader } from '../adapters/git-host/local/local-git-host.ts';
import { RouterClient } from '../adapters/router/router-client.ts';
import type { Config } from '../config/schema.ts';
import { AutolandError } from '../domain/errors.ts';
import { type Forecast, forecast, type Traffic, trafficOf } from '../stages/7-rollout/forecast.ts';
import { settingsOf } from '../stages/7-rollout/settings.ts';
import { configAtPath } from './config-file.ts';
import { locate, type PlaceOptions } from './place.ts';
import { BranchRules } from './rules.ts';

export type ForecastWish = PlaceOptions & {
  /** An autoland.yaml; undefined: the protected branch's. */
  readonly plan: string | undefined;
  /** undefined: as the router sees it now. */
  readonly usersPerSecond: number | undefined;
  readonly failingShare: number | undefined;
};

/** What the next rollout will take, and what it may cost. */
export async function readForecast(wish: ForecastWish): Promise<Forecast> {
  const config = wish.plan === undefined ? await configOfBranch(wish) : await configAtPath(wish.plan);
  const { plan, lookMs } = settingsOf(config);
  return forecast(plan, await trafficFor(wish, config), lookMs / 1000);
}

async function configOfBranch(wish: ForecastWish): Promise<Config> {
  const { reader, close } = await openGitReader((await locate(wish)).repo);
  try {
    return (await new BranchRules(reader, false).load()).config;
  } finally {
    await close();
  }
}

const mend = 'say it: --users-per-second 20 --failing 1%';

async function trafficFor(wish: ForecastWish, { service }: Config): Promise<Traffic> {
  const { usersPerSecond, failingShare } = wish;
  if (usersPerSecond !== undefined && failingShare !== undefined) return { usersPerSecond, failingShare };
  if (service === null)
    throw new AutolandError('usage', 'expected a service whose users can be counted, found none', { mend });
  const place = await locate(wish);
  const totals = await new RouterClient(place.state, service.name).totals().catch((cause) => {
    throw new AutolandError('usage', 'expected a router that counts users, found none that answers', {
      mend: `start autoland up, or ${mend}`,
      cause,
    });
  });
  const seen = trafficOf(totals);
  if (seen === undefined)
    throw new AutolandError('usage', 'expected users in the last minutes, found none', { mend });
  return {
    usersPerSecond: usersPerSecond ?? seen.usersPerSecond,
    failingShare: failingShare ?? seen.failingShare,
  };
}
