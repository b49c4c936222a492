import { expect, it } from 'vitest';
import { sampleFinding } from '../../testing/judge-samples.ts';
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
    judge: null,
    packages: [],
  },
  ...{ exposed: 0, errored: 0, background: 0, merge: null, digest: null, inProduction: null, failing: null },
  ...{
    forecast: null,
    suspects: null,
    trials: [],
    flags: [],
    demotion: null,
    incident: null,
    said: null,
    task: null,
    mending: null,
  },
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

it('says what a judge found and where, what did not count, and that a scripted one is', () => {
  const ask = { model: 'one', lens: 'security', order: 'plain' } as const;
  const usage = { inputTokens: 1200, outputTokens: 90, microdollars: 4_000 };
  const record = {
    panel: [{ name: 'one', family: 'claude', model: 'c-1', scripted: true }],
    families: 1,
    author: { kind: 'nobody' },
    prompts: `sha256:${'ab'.repeat(32)}`,
    judge: 'cd'.repeat(16),
    standing: { earned: false, why: 'it has not been measured' },
    findings: [{ ...ask, ...sampleFinding, question: 'access' }],
    asks: [{ ...ask, verdict: 'veto', reasons: [], dropped: ['a.js:1: no'], usage, cached: false, ms: 9 }],
    usage,
    omitted: 0,
  } as const;
  const text = (judge: ChangeView['judge']) =>
    renderChange({ ...view, judge })
      .join('\n')
      .replaceAll(/\n +/g, ' ');
  const shown = text({ verdict: 'veto', reasons: ['x'], record });
  for (const part of [
    'Judge: veto, asked of one (claude, c-1, scripted: its answers were written by a person)',
    'src/orders.js:4 (removed) "order.owner !== user.id"',
    'Anybody sees the orders of others. (one, security, access)',
    'does not count (one): a.js:1: no',
    'It has no standing: it has not been measured.',
    '1 request: 1200 tokens read, 90 written, $0.004; prompts sha256:abababababab',
  ])
    expect(shown).toContain(part);
  const abstained = text({ verdict: 'abstain', reasons: ['one, security: it is unsure'], record });
  expect(abstained).toContain('one, security: it is unsure');
  expect(text(null)).not.toContain('Judge');
});
