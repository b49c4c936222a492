import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../adapters/flags/file-flag-store.ts';
import { parseConfig } from '../../config/config.ts';
import { policyDigest } from '../../config/policy-digest.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { noLaterErrors } from '../../domain/rollout.ts';
import type { StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Rules } from '../../ports/rules.ts';
import type { Route } from '../../ports/runtime.ts';
import { arms, observation } from '../../testing/rollout-fixtures.ts';
import { fullAutonomy } from '../../views/autonomy.ts';
import { emptyLedger } from '../../views/ledger.ts';
import { rollout } from './run.ts';
import type { RolloutPorts } from './run-ports.ts';

const text = `version: 1
autonomy: { lint: deploy }
rollout: { alpha: 0.01, beta: 0.2, ceiling: 0.4, watch: null, steps: [{ share: 50%, exclude: 20, limit: 30s, bake: 1s }] }`;
const rules: Rules = {
  commit: 'a',
  config: parseConfig(text, 'test.yaml'),
  policyText: '',
  unsignedAllowed: true,
};
const expires = '2100-01-01T00:00:00.000Z';
const release = {
  deploys: true,
  service: 'shop',
  digest: 'new',
  stable: 'old',
  restores: false,
  expires,
} as const;

class Killed extends Error {}

/** The journal of one rollout, and the world beside it: both outlive the process that is killed. */
class World {
  readonly flags: FileFlagStore;
  readonly notes = new Map<string, JsonObject>();
  readonly effects = new Map<string, Json>();
  route: Route = { service: 'shop', stable: 'old', candidate: null };
  now = Date.UTC(2026, 0, 1);
  stopped = false;
  steps = 0;
  killAt = Number.POSITIVE_INFINITY;
  fullDisk = false;
  leases = 0;
  #nonces = 0;
  #dead = false;
  readonly #leased = new Set<string>();
  readonly #failing: boolean;

  constructor(dir: string, failing: boolean) {
    this.flags = new FileFlagStore(dir);
    this.#failing = failing;
  }

  /** Between any two things that are written. */
  #mayDie(): void {
    this.steps += 1;
    if (this.steps === this.killAt) this.#dead = true;
    this.#live();
    if (this.fullDisk) throw new AutolandError('journal.full-disk', 'no space left');
  }

  /** A dead process does nothing more, not even clean up. */
  #live(): void {
    if (this.#dead) throw new Killed();
  }

  ports(): RolloutPorts {
    return {
      rules: { load: async () => rules },
      controls: {
        stopped: async () => (this.stopped ? { by: 'p', at: '', reason: 'r' } : undefined),
        stop: async () => {},
        resume: async () => {},
      },
      flags: {
        read: (key) => this.flags.read(key),
        all: () => this.flags.all(),
        write: (key, weight, expected) => this.flags.write(key, weight, expected),
        retire: (key) => this.flags.retire(key),
        kill: async (key, by) => {
          this.#live();
          await this.flags.kill(key, by);
        },
      },
      ledger: async () => emptyLedger,
      autonomy: async () => fullAutonomy,
      reports: { reports: async () => [] },
      nonce: () => {
        this.#nonces += 1;
        return `n${this.#nonces}`;
      },
      runtime: {
        start: async () => [],
        stop: async () => {},
        running: async () => [],
        routes: async () => [this.route],
        route: async (route) => {
          this.route = route;
        },
      },
      witness: {
        lease: async ({ flag, nonce }) => {
          const { candidate } = this.route;
          if (candidate?.flag !== flag || candidate.nonce !== nonce)
            throw new AutolandError('rollout.not-allowed', 'the route names another rollout');
          this.leases += 1;
          this.#leased.add(nonce);
        },
        observe: async (nonce) => this.#observe(nonce),
        totals: () => Promise.reject(new Error('nothing is watched here')),
      },
    };
  }

  #observe(nonce: string) {
    if (!this.#leased.has(nonce)) return undefined;
    const at = new Date(this.now).toISOString();
    const errors = arms(this.#failing ? 200 : 0, 0);
    const both = arms(200, 200);
    const step = { step: 0, weight: 0.5, units: both, failingUnits: errors, assigned: both, returned: both };
    const firstErrors = { 'server-error': errors, 'client-error': arms(0, 0) };
    const seconds = Array.from({ length: 20 }, (_, n) => ({
      at: new Date(this.now - (20 - n) * 1000).toISOString(),
      users: 400,
      failingUsers: 0,
    }));
    return observation([{ ...step, firstErrors, laterErrors: noLaterErrors, latencies: [] }], {
      nonce,
      at,
      lastRequestAt: at,
      seconds,
    });
  }

  context(): StageContext {
    return {
      id: 'chg_000000000000',
      proposal: { source: 'agent:f', title: '', head: 'c', ref: 'r', target: 'main', record: {} },
      results: {
        release,
        policy: {
          value: 'permit',
          codes: [],
          reasons: [],
          policyIds: [],
          policyDigest: policyDigest(rules),
          level: 'deploy',
        },
      },
      legs: [],
      conclusion: undefined,
      round: 0,
      stageSince: new Date(this.now),
      now: new Date(this.now),
      signals: [],
      recall: (type) => this.notes.get(type),
      note: async (type, data) => {
        this.#mayDie();
        this.notes.set(type, data);
        this.#mayDie();
      },
      consume: async () => {},
      effect: (name, _intent, act) => this.#effect(name, act),
      closing: (name, _intent, act) => this.#effect(name, act),
    };
  }

  async #effect<Receipt extends Json>(name: string, act: () => Promise<Receipt>): Promise<Receipt> {
    const known = this.effects.get(name);
    if (known !== undefined) return known as Receipt;
    this.#mayDie();
    const receipt = await act();
    this.#mayDie();
    this.effects.set(name, receipt);
    this.#mayDie();
    return receipt;
  }

  /** One call; a killed one is called again, as by the next process. */
  async call(): Promise<StageOutcome<unknown>> {
    return rollout(this.context(), this.ports()).catch((thrown: unknown) => {
      if (!(thrown instanceof Killed)) throw thrown;
      this.#dead = false;
      return { kind: 'again', at: new Date(this.now) } as const;
    });
  }

  async run(): Promise<StageOutcome<unknown>> {
    for (let calls = 0; calls < 60; calls += 1) {
      const outcome = await this.call();
      if (outcome.kind !== 'again') return outcome;
      this.now += 500;
    }
    throw new Error('the rollout does not end');
  }
}

let dir: string;
let fresh = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'al-rollout-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function world(failing: boolean): World {
  fresh += 1;
  return new World(join(dir, String(fresh)), failing);
}

async function stepsOf(failing: boolean): Promise<number> {
  const unkilled = world(failing);
  await unkilled.run();
  return unkilled.steps;
}

describe('a rollout killed at any moment', () => {
  it('promotes a good canary all the same, once it began to', async () => {
    const steps = await stepsOf(false);
    expect(steps).toBeGreaterThan(10);
    for (let killAt = 1; killAt <= steps; killAt += 1) {
      const one = world(false);
      one.killAt = killAt;
      expect(await one.run(), `killed at ${killAt}`).toMatchObject({ kind: 'done', data: { ran: true } });
      expect(one.route).toEqual({ service: 'shop', stable: 'new', candidate: null });
      expect(await one.flags.all()).toEqual([]);
    }
  });

  it('rolls a bad canary back for the reason that it had', async () => {
    const steps = await stepsOf(true);
    for (let killAt = 1; killAt <= steps; killAt += 1) {
      const one = world(true);
      one.killAt = killAt;
      const conclusion = { outcome: 'rolled-back', code: 'rollout.server-errors' };
      expect(await one.run(), `killed at ${killAt}`).toMatchObject({ kind: 'stop', conclusion });
      expect((await one.flags.all()).filter(({ killed }) => !killed)).toEqual([]);
    }
  });

  it('starts anew after a stop, whatever was killed while exposure closed', async () => {
    for (let killAt = 1; killAt <= 24; killAt += 1) {
      const one = world(false);
      one.killAt = killAt;
      for (let call = 0; call < 8; call += 1) {
        one.stopped = call === 3;
        const outcome = await one.call();
        expect(outcome.kind, `killed at ${killAt}`).not.toBe('stop');
        one.now += 100;
      }
      one.stopped = false;
      expect(await one.run(), `killed at ${killAt}`).toMatchObject({ kind: 'done', data: { ran: true } });
    }
  });
});

describe('a rollout whose journal is on a full disk', () => {
  it.each([false, true])('exposes nobody any longer than its lease, failing %s', async (failing) => {
    const one = world(failing);
    for (let calls = 0; calls < 10 && one.leases === 0; calls += 1) await one.call();
    expect(one.leases).toBe(1);
    one.fullDisk = true;
    one.now += 5_000;
    await expect(one.call()).rejects.toMatchObject({ code: 'journal.full-disk' });
    expect(one.leases, 'none while nothing can be journalled').toBe(1);
    one.fullDisk = false;
    expect(await one.run()).toMatchObject(failing ? { kind: 'stop' } : { kind: 'done' });
  });

  it('closes at once the flag of a canary that fails', async () => {
    const one = world(true);
    for (let calls = 0; calls < 10 && one.leases === 0; calls += 1) await one.call();
    expect(one.leases).toBe(1);
    one.fullDisk = true;
    one.now += 5_000;
    await one.call().catch(() => {});
    expect((await one.flags.all()).map(({ killed }) => killed)).toEqual([true]);
  });
});
