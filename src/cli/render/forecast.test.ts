import { expect, it } from 'vitest';
import { renderForecast } from './forecast.ts';

it('says that requests promote nothing, before a rollout begins', () => {
  const step = { weight: 0.01, exclude: 20, users: null, seconds: null, harmed: 1 };
  const told = (more: { readonly requests?: true }) =>
    renderForecast({
      traffic: { usersPerSecond: 20, failingShare: 0.01, ...more },
      steps: [step],
      seconds: null,
      worst: { times: 20, harmed: 3 },
    }).join('\n');
  expect(told({ requests: true })).toContain('20 requests a second, of which 1 % fail');
  expect(told({ requests: true }).replaceAll('\n', ' ')).toContain(
    'is held: requests show no canary to be good',
  );
  expect(told({})).toContain('20 users a second, of whom 1 % fail');
  expect(told({}).replaceAll('\n', ' ')).toContain('held for want of users');
});
