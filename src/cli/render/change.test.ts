import { expect, it } from 'vitest';
import type { ChangeView } from '../../views/change-view.ts';
import { renderChange } from './change.ts';

const view: ChangeView = {
  ...{ id: 'c1', title: 'Update x', source: 'agent', proposedAt: '2026-01-01T00:00:00Z', class: 'docs' },
  ...{
    state: 'rolled-back',
    code: 'rollout.server-errors',
    reasons: [],
    stages: [],
    guardrails: [],
    packages: [],
  },
  ...{ exposed: 0, errored: 0, background: 0, merge: null, digest: null, inProduction: null, failing: null },
  ...{ forecast: null, suspects: null, trials: [], flags: [], demotion: null, incident: null, said: null },
};
const shown = (failing: ChangeView['failing']) =>
  renderChange({ ...view, failing })
    .join('\n')
    .replaceAll(/\n +/g, ' ');

it('shows where a canary failed against baseline, with a trace to look at', () => {
  const canary = { requests: 400, failed: 12, statuses: { 500: 9, timeout: 3 }, traceId: 'ab'.repeat(16) };
  const text = shown({
    routes: [{ route: 'GET /cart', canary, baseline: null }],
    variants: [],
    slowEverySeconds: null,
    missing: null,
  });
  expect(text).toContain(
    `GET /cart: canary 12 of 400 (500: 9, timeout: 3), baseline none seen; trace ${'ab'.repeat(16)}`,
  );
  expect(text).toContain('decided nothing');
  expect(text).not.toContain('export every second');
});

it('says what is not known, and who reports too late', () => {
  expect(
    shown({ routes: [], variants: [], slowEverySeconds: 60, missing: 'neither version reported requests' }),
  ).toMatch(
    /Where it failed is not known: neither version reported requests\.\nThe service reports every 60 s/,
  );
  expect(shown({ routes: [], variants: [], slowEverySeconds: null, missing: null })).toBe(shown(null));
});

it('tells of the trials, in order', () => {
  const trials = [
    { at: '2026-01-01T00:00:01Z', kind: 'opened', reason: 'More users fail: to compare.' },
    { at: '2026-01-01T00:00:59Z', kind: 'cleared', reason: 'Both failed alike.' },
  ] as const;
  expect(renderChange({ ...view, trials }).join('\n')).toContain(
    'Trials once everybody had it\n  2026-01-01T00:00:01Z  More users fail: to compare.\n  2026-01-01T00:00:59Z  Both failed alike.',
  );
  expect(renderChange(view).join('\n')).not.toContain('Trials');
});

it('says what was foreseen, and why a good canary would not land', () => {
  const told = (requests: boolean) =>
    renderChange({ ...view, forecast: { seconds: null, harmed: 2.5, requests } })
      .join('\n')
      .replaceAll(/\n +/g, ' ');
  expect(told(true)).toContain('was to be held as requests are counted there, and not users');
  expect(told(false)).toContain('was to be held for want of users');
});

it('says what its failure has cost its class, and where that is seen', () => {
  const demotion = { class: 'docs', from: 'deploy', to: 'propose' } as const;
  const text = renderChange({ ...view, demotion }).join('\n');
  expect(text).toMatch(/the autonomy of docs was lowered from deploy to propose:\s+autoland autonomy/);
  expect(renderChange(view).join('\n')).not.toContain('autonomy');
});
