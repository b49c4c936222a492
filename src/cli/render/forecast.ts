import type { Forecast, StepForecast } from '../../stages/7-rollout/forecast.ts';
import { isNarrow, paint, wrap, wrapAll } from './text.ts';

export function renderForecast({ traffic, steps, seconds, worst }: Forecast): string[] {
  const units = traffic.requests ? ['requests', 'which'] : ['users', 'whom'];
  const rate = `${round(traffic.usersPerSecond)} ${units[0]} a second, of ${units[1]} ${percent(traffic.failingShare)} fail`;
  const why = traffic.requests
    ? 'held: requests show no canary to be good, and the front door tells no users apart'
    : 'held for want of users: raise limit, or the first share';
  const time =
    seconds === null
      ? `A canary that is as good as baseline is ${why}.`
      : `A canary that is as good as baseline goes to everybody after about ${lasting(seconds)}, or more where users come again.`;
  const cost =
    worst.harmed === 0
      ? 'Whatever is worse passes every step: let them exclude more.'
      : `The worst canary, ${round(worst.times)} times as bad, harms about ${round(worst.harmed)} users before it ends.`;
  return [...wrapAll([paint('bold', rate)]), '', ...table(steps), '', ...wrapAll([time, cost])];
}

function table(steps: readonly StepForecast[]): string[] {
  if (isNarrow())
    return steps.flatMap((step) => {
      const { share, excludes, takes, harms } = cells(step);
      return wrap(`${share}: excludes ${excludes}; ${takes}; at worst ${harms} harmed`, '  ');
    });
  const head = line({
    share: 'share',
    excludes: 'excludes',
    takes: 'goes on after',
    harms: 'at worst harmed',
  });
  return [paint('dim', head), ...steps.map((step) => line(cells(step)))];
}

type Cells = {
  readonly share: string;
  readonly excludes: string;
  readonly takes: string;
  readonly harms: string;
};

function cells({ weight, exclude, users, seconds, harmed }: StepForecast): Cells {
  const takes =
    users === null || seconds === null ? 'not in its limit' : `${lasting(seconds)} (${round(users)} users)`;
  return {
    share: percent(weight),
    excludes: `${round(exclude)} times worse`,
    takes,
    harms: round(harmed),
  };
}

function line({ share, excludes, takes, harms }: Cells): string {
  return `  ${share.padEnd(8)}${excludes.padEnd(18)}${takes.padEnd(26)}${harms}`.trimEnd();
}

function lasting(seconds: number): string {
  if (seconds < 120) return `${round(seconds)} s`;
  return seconds < 7200 ? `${round(seconds / 60)} min` : `${round(seconds / 3600)} h`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** Two digits: more would promise too much. */
function round(value: number): string {
  const short = Number(value.toPrecision(2));
  return short < 10 ? String(short) : short.toLocaleString('en');
}
