import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';
import { readShare } from '../shares.ts';

type ForecastOptions = CommonOptions & {
  readonly plan?: string;
  readonly usersPerSecond?: string;
  readonly failing?: string;
  readonly service?: string;
};

/** What a rollout will take, before it begins. */
export function define(program: Command): void {
  command(program, 'forecast', {
    what: 'how long a rollout takes, and how many users the worst canary harms, before one begins',
    example: 'forecast --users-per-second 20 --failing 1%',
  })
    .option('--plan <file>', 'an autoland.yaml (default: that of the protected branch)')
    .option('--users-per-second <number>', 'distinct users (default: as the router sees it now)')
    .option('--failing <share>', 'of them, those who meet a failure anyway (default: the same)')
    .option('--service <name>', 'whose users the router sees (default: the only service)')
    .action(forecast);
}

async function forecast(options: ForecastOptions): Promise<void> {
  const usersPerSecond = options.usersPerSecond === undefined ? undefined : readRate(options.usersPerSecond);
  const failingShare = options.failing === undefined ? undefined : readFailing(options.failing);
  const { readForecast } = await import('../../wiring/serving/forecast.ts');
  const { renderForecast } = await import('../render/forecast.ts');
  const { repo, state, plan, service } = options;
  const place = { repo, ...(state === undefined ? {} : { state }) };
  print(
    options.json,
    await readForecast({ ...place, plan, usersPerSecond, failingShare, service }),
    renderForecast,
  );
}

function readRate(text: string): number {
  const rate = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && rate >= 0.001 && rate <= 1e6) return rate;
  throw new AutolandError('usage', `expected users a second, found ${JSON.stringify(text)}`, {
    mend: 'write a number from 0.001 to 1000000, such as 20',
  });
}

function readFailing(text: string): number {
  const share = readShare(text);
  if (share > 0 && share <= 0.5) return share;
  throw new AutolandError('usage', `expected a share of failing users, found ${JSON.stringify(text)}`, {
    mend: 'write it as 1% or 0.001: above 0, at most 50%',
  });
}
