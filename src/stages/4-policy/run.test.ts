import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { policyDigest } from '../../config/policy-digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StageContext } from '../../domain/stage.ts';
import type { Rules } from '../../ports/rules.ts';
import { sampleDemotion } from '../../testing/changes.ts';
import { judgeYaml } from '../../testing/judge-yaml.ts';
import { fullAutonomy } from '../../views/autonomy.ts';
import { emptyLedger } from '../../views/ledger.ts';
import { noPromotedFlags } from '../../views/promoted-flags.ts';
import { type PolicyPorts, policy } from './run.ts';
import { file, goodPatch, withVerdict } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const now = new Date('2026-11-22T12:00:00Z');

function rules(yaml = 'autonomy: { dependency-patch: deploy }', policyText = defaultPolicyText()): Rules {
  const config = parseConfig(`version: 1\n${yaml}`, 'test.yaml');
  return { commit: 'a', config, policyText, unsignedAllowed: true };
}

function ports(from: Rules, stopped = false, autonomy = fullAutonomy): PolicyPorts {
  const order = { by: 'alice', at: now.toISOString(), reason: 'looks odd' };
  return {
    rules: { load: () => Promise.resolve(from) },
    controls: {
      stopped: () => Promise.resolve(stopped ? order : undefined),
      stop: () => Promise.resolve(),
      resume: () => Promise.resolve(),
    },
    ledger: () => Promise.resolve(emptyLedger),
    autonomy: () => Promise.resolve(autonomy),
    promotedFlags: () => Promise.resolve(noPromotedFlags),
  };
}

type Noted = { readonly type: string; readonly data: JsonObject };

function context(changed: Partial<StageContext> = {}): StageContext & { readonly noted: Noted[] } {
  const noted: Noted[] = [];
  const unused = () => Promise.reject(new Error('the policy stage has no effects'));
  const classify = { ...goodPatch.classification, reasons: [], base: 'a', tree: 'b' };
  return {
    id: 'chg_000000000000',
    proposal: { source: 'agent:dependency', title: '', head: 'c', ref: 'r', target: 'main', record: {} },
    results: {
      classify,
      guardrails: goodPatch.guardrails,
      judge: { verdict: 'not-configured', reasons: [] },
    },
    legs: [],
    conclusion: undefined,
    round: 0,
    stageSince: now,
    now,
    signals: [],
    noted,
    recall: (type) => noted.findLast((one) => one.type === type)?.data,
    note: (type, data) => {
      noted.push({ type, data });
      return Promise.resolve();
    },
    consume: unused,
    effect: unused,
    closing: unused,
    ...changed,
  };
}

const closed =
  'autonomy: { dependency-patch: deploy }\nlimits: { windows: [{ days: [mon], from: "09:00", to: "10:00" }] }';

describe('the policy stage', () => {
  it('is done when the policy permits, under the digest of the rules in force', async () => {
    const outcome = await policy(context(), ports(rules()));
    expect(outcome).toMatchObject({
      kind: 'done',
      data: { value: 'permit', level: 'deploy', policyDigest: policyDigest(rules()) },
    });
  });

  it('refuses what is denied and holds what a person must decide, and journals the whole decision', async () => {
    const { results } = context();
    const guardrails = withVerdict(goodPatch, 'tests', 'fail').guardrails;
    const failed = context({ results: { ...results, guardrails } });
    expect(await policy(failed, ports(rules()))).toMatchObject({
      kind: 'stop',
      conclusion: { outcome: 'refused', code: 'tests.fail' },
    });
    expect(failed.noted).toMatchObject([{ type: 'policy.decided', data: { value: 'deny' } }]);
    expect(await policy(context(), ports(rules('')))).toMatchObject({
      kind: 'stop',
      conclusion: { outcome: 'held', code: 'policy.level-observe' },
    });
  });

  it('waives no judge that was configured after the change had passed its stage, but for a revert', async () => {
    const levels = 'autonomy: { dependency-patch: deploy, revert: deploy }';
    const judged = ports(rules(`${levels}\n${judgeYaml()}`));
    expect(await policy(context(), ports(rules(levels)))).toMatchObject({ kind: 'done' });
    expect(await policy(context(), judged)).toMatchObject({
      kind: 'stop',
      conclusion: { outcome: 'held', code: 'policy.judge-abstained' },
    });
    const { results } = context();
    const classify = {
      ...goodPatch.classification,
      reasons: [],
      base: 'a',
      tree: 'b',
      class: 'revert',
    } as const;
    expect(await policy(context({ results: { ...results, classify } }), judged)).toMatchObject({
      kind: 'done',
    });
  });

  const deploying = `autonomy: { dependency-patch: deploy, revert: deploy }
service: { name: shop, command: [node, server.js] }`;
  const touching = (path: string, changed: Partial<typeof goodPatch.classification> = {}) =>
    context({
      results: {
        ...context().results,
        classify: {
          ...goodPatch.classification,
          files: [...goodPatch.classification.files, file(path, 1, 0)],
          reasons: [],
          base: 'a',
          tree: 'b',
          ...changed,
        },
      },
    });

  it('lets nobody deploy alone what a rollback would not undo', async () => {
    const held = await policy(touching('db/migrations/7.sql'), ports(rules(deploying)));
    expect(held).toMatchObject({ conclusion: { outcome: 'held', code: 'policy.no-way-back' } });
    expect(JSON.stringify(held)).toContain('db/migrations/7.sql');
    const own = `${deploying}\nrollout: { irreversible: [schema] }`;
    expect(await policy(touching('db/migrations/7.sql'), ports(rules(own)))).toMatchObject({ kind: 'done' });
    expect(await policy(touching('schema/7.txt'), ports(rules(own)))).toMatchObject({ kind: 'stop' });
  });

  it('lets it be merged where nothing is deployed, and be taken back', async () => {
    expect(await policy(touching('db/migrations/7.sql'), ports(rules()))).toMatchObject({ kind: 'done' });
    const merging = deploying.replace('dependency-patch: deploy', 'dependency-patch: merge');
    expect(await policy(touching('db/migrations/7.sql'), ports(rules(merging)))).toMatchObject({
      data: { value: 'permit', level: 'merge' },
    });
    const revert = touching('db/migrations/7.sql', { class: 'revert' });
    expect(await policy(revert, ports(rules(deploying)))).toMatchObject({ data: { level: 'deploy' } });
  });

  it('caps an unsigned policy at propose where nobody allowed it', async () => {
    const unsigned = { ...rules(), unsignedAllowed: false };
    expect(await policy(context(), ports(unsigned))).toMatchObject({
      conclusion: { outcome: 'held', code: 'policy.unsigned' },
    });
  });

  it('lets nothing of a class land alone of which a change has failed', async () => {
    const demoted = { demotions: [sampleDemotion], upTo: 1 };
    const held = await policy(context(), ports(rules(), false, demoted));
    expect(held).toMatchObject({ conclusion: { outcome: 'held', code: 'policy.demoted' } });
    expect(JSON.stringify(held)).toMatch(/chg_ffffffffffff.*autonomy restore dependency-patch/);
    const others = { demotions: [{ ...sampleDemotion, class: 'docs' as const }], upTo: 1 };
    expect(await policy(context(), ports(rules(), false, others))).toMatchObject({ kind: 'done' });
  });

  it('lets a good change wait while stopped or outside the windows, and says so once', async () => {
    const ctx = context();
    expect(await policy(ctx, ports(rules(), true))).toEqual({
      kind: 'again',
      at: new Date('2026-11-22T12:00:01Z'),
    });
    expect(await policy(ctx, ports(rules(), true))).toMatchObject({ kind: 'again' });
    expect(ctx.noted).toEqual([{ type: 'policy.deferred', data: { why: 'looks odd (alice)' } }]);
    expect(await policy(context(), ports(rules(closed)))).toEqual({
      kind: 'again',
      at: new Date('2026-11-22T12:00:30Z'),
    });
  });

  it('holds it after a week of waiting', async () => {
    const old = context({ stageSince: new Date('2026-11-15T12:00:00Z') });
    expect(await policy(old, ports(rules(closed)))).toMatchObject({
      conclusion: { outcome: 'held', code: 'policy.frozen' },
    });
  });

  it('does not let a bad change wait', async () => {
    const { results } = context();
    const guardrails = withVerdict(goodPatch, 'tests', 'fail').guardrails;
    expect(
      await policy(context({ results: { ...results, guardrails } }), ports(rules(closed), true)),
    ).toMatchObject({
      conclusion: { outcome: 'refused', code: 'tests.fail' },
    });
  });

  it('decides nothing with rules that cannot be read, or without evidence', async () => {
    await expect(policy(context(), ports(rules('', 'permit')))).rejects.toMatchObject({
      code: 'policy.invalid',
    });
    await expect(policy(context({ results: {} }), ports(rules()))).rejects.toThrow('needs the results');
  });
});
