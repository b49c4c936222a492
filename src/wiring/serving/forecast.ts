import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { RouterClient } from '../../adapters/router/router-client.ts';
import { type Config, type ServiceConfig, serviceNamed, servicesOf } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type Forecast, forecast, type Traffic, trafficOf } from '../../stages/7-rollout/forecast.ts';
import { settingsOf } from '../../stages/7-rollout/settings.ts';
import { configAtPath } from '../place/config-file.ts';
import { locate, type PlaceOptions } from '../place/place.ts';
import { BranchRules } from '../place/rules.ts';

export type ForecastWish = PlaceOptions & {
  /** An autoland.yaml; undefined: the protected branch's. */
  readonly plan: string | undefined;
  /** undefined: as the router sees it now. */
  readonly usersPerSecond: number | undefined;
  readonly failingShare: number | undefined;
  /** Whose users are counted; undefined: those of the only one. */
  readonly service: string | undefined;
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

function serviceOf(config: Config, named: string | undefined): ServiceConfig {
  const services = servicesOf(config);
  const service =
    named === undefined && services.length === 1 ? services[0] : serviceNamed(config, named ?? '');
  if (service !== undefined) return service;
  const names = services.map(({ name }) => name).join(', ');
  throw new AutolandError(
    'usage',
    `expected a service whose users can be counted, found ${named ?? (names === '' ? 'none' : names)}`,
    {
      mend:
        names === '' ? mend : `choose one of them: --service ${names.split(', ').join(' | ')}; or ${mend}`,
    },
  );
}

async function trafficFor(wish: ForecastWish, config: Config): Promise<Traffic> {
  const { usersPerSecond, failingShare } = wish;
  if (usersPerSecond !== undefined && failingShare !== undefined) return { usersPerSecond, failingShare };
  const service = serviceOf(config, wish.service);
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
