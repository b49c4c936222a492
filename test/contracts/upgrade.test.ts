import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../src/adapters/flags/file-flag-store.ts';
import { migrate, migrations } from '../../src/adapters/store/migrations.ts';
import { Sqlite } from '../../src/adapters/store/sqlite.ts';
import { openStore, type SqliteStore } from '../../src/adapters/store/sqlite-store.ts';
import { parseConfig } from '../../src/config/config.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { policyDigest } from '../../src/config/policy-digest.ts';
import { changeIdOf, type Proposal } from '../../src/domain/change.ts';
import { noLaterErrors, type Observation, type StepTally } from '../../src/domain/rollout.ts';
import type { StageContext, StageName, StageOutcome } from '../../src/domain/stage.ts';
import { type BoundStage, leaseMs } from '../../src/engine/bound-stage.ts';
import { type ChangeState, foldChange } from '../../src/engine/state.ts';
import { step } from '../../src/engine/step.ts';
import { submit } from '../../src/engine/submit.ts';
import type { Rules } from '../../src/ports/rules.ts';
import type { Route, Runtime } from '../../src/ports/runtime.ts';
import type { Witness } from '../../src/ports/witness.ts';
import { rollout } from '../../src/stages/7-rollout/run.ts';
import type { RolloutPorts } from '../../src/stages/7-rollout/run-ports.ts';
import { sampleClassification } from '../../src/testing/changes.ts';
import { manualClock } from '../../src/testing/contracts/journal.ts';
import { fullAutonomy } from '../../src/views/autonomy.ts';
import { emptyLedger } from '../../src/views/ledger.ts';

const [stable, candidate] = [`sha256:${'0'.repeat(64)}`, `sha256:${'1'.repeat(64)}`];
const [base, tree, commit] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const proposal: Proposal = {
  source: 'agent:dependency',
  title: 'ejs 2.6.2',
  head: 'd'.repeat(40),
  ref: 'refs/heads/autoland/ejs',
  target: 'main',
  record: {},
};
const change = changeIdOf(proposal);
const service = { name: 'shop', command: ['node', 'server.js'] };
const found = { branch: 'main', install: null, build: null, test: null, service };
const rolloutText = `rollout:
  lookSeconds: 1
  watch: null
  steps:
    - { share: 1%, exclude: 20, limit: 60s, bake: 5s }
    - { share: 50%, exclude: 2, limit: 60s, bake: 5s }
`;
const config = parseConfig(`${defaultConfig(found)}${rolloutText}`, 'test');
const rules: Rules = {
  commit: base,
  config,
  policyText: 'permit(principal, action, resource);',
  unsignedAllowed: true,
};

let dir: string;
let world: World;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-upgrade-'));
  world = new World(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What outlives a process: flags, routes, the witness's memory, the clock, and what was done to each of them. */
class World {
  readonly clock = manualClock();
  readonly flags: FileFlagStore;
  readonly done: string[] = [];
  readonly #tallies: StepTally[] = [];
  #route: Route | undefined;
  #nonces = 0;

  constructor(stateDir: string) {
    this.flags = new FileFlagStore(join(stateDir, 's'));
  }

  ports(): RolloutPorts {
    const { flags } = this;
    return {
      rules: { load: async () => rules },
      controls: { stopped: async () => undefined, stop: async () => {}, resume: async () => {} },
      flags: {
        read: (key) => flags.read(key),
        all: () => flags.all(),
        write: (key, weight, expected) => {
          this.done.push(`write ${weight}`);
          return flags.write(key, weight, expected);
        },
        kill: (key, by) => {
          this.done.push('kill');
          return flags.kill(key, by);
        },
        retire: (key) => {
          this.done.push('retire');
          return flags.retire(key);
        },
      },
      runtime: this.#runtime(),
      witness: this.#witness(),
      reports: { reports: async () => [] },
      ledger: async () => emptyLedger,
      autonomy: async () => fullAutonomy,
      nonce: () => {
        this.#nonces += 1;
        return `nonce${this.#nonces}`;
      },
    };
  }

  #runtime(): Runtime {
    return {
      start: async () => [],
      stop: async () => {},
      running: async () => [],
      routes: async () => (this.#route === undefined ? [] : [this.#route]),
      route: async (route: Route) => {
        this.#route = route;
        this.done.push(`route ${route.stable === stable ? 'canary' : 'promoted'}`);
      },
    };
  }

  #witness(): Witness {
    return {
      lease: async ({ step: number, weight }) => {
        if (this.#tallies.at(-1)?.step !== number) this.#tallies.push(healthy(number, weight));
      },
      totals: () => Promise.reject(new Error('nothing is watched here')),
      observe: async (nonce): Promise<Observation> => {
        const at = this.clock.now().toISOString();
        const seconds = Array.from({ length: 20 }, () => ({ at, users: 450, failingUsers: 4 }));
        const before = { users: 27_000, failingUsers: 270, seconds: 60 };
        const counted = { usersExposed: 2000, usersErrored: 20, websocketsCut: 0 };
        return {
          epoch: 'one',
          nonce,
          at,
          steps: this.#tallies,
          latencyBounds: [],
          ...counted,
          lastRequestAt: at,
          seconds,
          before,
        };
      },
    };
  }
}

/** A step that 400,000 users met, of whom 1 % failed in both arms. */
function healthy(number: number, weight: number): StepTally {
  const units = 400_000;
  const arms = (share: number) => ({
    canary: Math.round(units * weight * share),
    baseline: Math.round(units * (1 - weight) * share),
  });
  const firstErrors = { 'server-error': arms(0.01), 'client-error': arms(0) };
  const all = arms(1);
  return {
    step: number,
    weight,
    firstErrors,
    laterErrors: noLaterErrors,
    units: all,
    failingUnits: arms(0.01),
    assigned: all,
    returned: all,
    latencies: [],
  };
}

const expires = '2100-01-01T00:00:00.000Z';

/** The stages around the rollout answer at once; the one under test is the real one. */
function stages(): readonly BoundStage[] {
  const acting =
    (name: string, data: unknown) =>
    async (ctx: StageContext): Promise<StageOutcome<unknown>> => {
      await ctx.effect('act', { name }, async () => {
        world.done.push(name);
        return {};
      });
      return { kind: 'done', data };
    };
  const decision = {
    value: 'permit',
    codes: ['policy.permitted'],
    reasons: ['permitted'],
    policyIds: ['one'],
    policyDigest: policyDigest(rules),
    level: 'deploy',
  };
  const ports = world.ports();
  const runs: Readonly<Record<StageName, BoundStage['run']>> = {
    classify: acting('classify', sampleClassification({ base, tree })),
    guardrails: acting('guardrails', { verdict: 'pass', results: [] }),
    judge: acting('judge', { verdict: 'not-configured', reasons: [] }),
    policy: acting('policy', decision),
    merge: acting('merge', { commit, onto: base }),
    release: acting('release', { deploys: true, service: 'shop', digest: candidate, stable, expires }),
    rollout: (ctx) => rollout(ctx, ports),
    conclude: acting('conclude', { outcome: 'landed', code: 'landed.promoted', reasons: ['done'] }),
  };
  return Object.entries(runs).map(([name, run]) => ({ name: name as StageName, actor: 'test', run }));
}

async function stateOf(store: SqliteStore): Promise<ChangeState> {
  const state = foldChange(await store.read({ change }));
  if (state === undefined) throw new Error('the change is in no journal');
  return state;
}

/** Runs stage call after stage call, as the worker does, until `enough`. */
async function drive(store: SqliteStore, enough: (state: ChangeState) => boolean): Promise<ChangeState> {
  const all = stages();
  const auditLog = { publish: async () => ({ size: await store.size(), root: '0'.repeat(64), note: '' }) };
  const ports = { journal: store, outbox: store, auditLog, clock: world.clock };
  for (let calls = 0; calls < 300; calls += 1) {
    const state = await stateOf(store);
    if (enough(state)) return state;
    const claim = await store.claim('test', leaseMs);
    const stage = all.find(({ name }) => name === state.stage);
    if (claim === undefined) world.clock.advance(500);
    else if (stage !== undefined) await step(ports, stage, state, claim);
  }
  throw new Error('the change did not get there');
}

async function submitTo(store: SqliteStore) {
  return submit(
    { journal: store, outbox: store, clock: world.clock },
    emptyLedger,
    proposal,
    'agent:dependency',
  );
}

/** The same rows under the first schema, as its own code would have left them. */
function rewriteAsFirstSchema(from: string, to: string): void {
  const sqlite = new Sqlite(to, 'write');
  migrate(sqlite, migrations.slice(0, 1));
  sqlite.exec(`ATTACH '${from}' AS newer`);
  for (const table of ['tree', 'entries', 'outbox', 'signals'])
    sqlite.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM newer.${table}`);
  sqlite.close();
}

describe('a journal of the first schema, with a rollout in flight', () => {
  let file: string;
  let before: ChangeState;
  let doneBefore: readonly string[];
  const open = (mode: 'read' | 'write') => openStore({ file, clock: world.clock, mode });
  beforeEach(async () => {
    const today = join(dir, 'today.db');
    const store = await openStore({ file: today, clock: world.clock, mode: 'write' });
    await submitTo(store);
    const said = { owner: change, content: `hmac-sha256:${'0'.repeat(64)}` };
    await store.append({ events: [{ type: 'model.asked', change, actor: 'recorder', data: said }] });
    before = await drive(store, (state) => state.notes.get('rollout.position')?.step === 1);
    store.close();
    doneBefore = [...world.done];
    file = join(dir, 'journal.db');
    rewriteAsFirstSchema(today, file);
    world.clock.advance(2 * leaseMs);
  });

  it('is refused by who only reads, with the mend', async () => {
    await expect(open('read')).rejects.toMatchObject({
      code: 'journal.schema',
      message: expect.stringContaining('older 1'),
      mend: expect.stringContaining('autoland up'),
    });
  });

  it('is migrated, and tells the same state and the same tree', async () => {
    const today = await openStore({ file: join(dir, 'today.db'), clock: world.clock, mode: 'read' });
    const store = await open('write');
    expect(await stateOf(store)).toEqual(before);
    expect(before.stage).toBe('rollout');
    expect(await store.tree()).toEqual(await today.tree());
    for (const one of [today, store]) one.close();
    (await open('read')).close();
  });

  it('goes on where it was, and nothing is done twice', async () => {
    expect(doneBefore).toContain('write 0.01');
    const store = await open('write');
    expect(await submitTo(store)).toMatchObject({ isNew: false });
    const after = await drive(store, ({ stage }) => stage === null);
    expect(after.conclusion).toMatchObject({ outcome: 'landed' });
    expect(after.results.rollout).toMatchObject({ flag: before.notes.get('rollout.position')?.flag });
    expect(world.done.slice(0, doneBefore.length)).toEqual(doneBefore);
    const twice = world.done.filter((name, index) => world.done.indexOf(name) !== index);
    expect(twice).toEqual([]);
    expect(world.done).toEqual(
      expect.arrayContaining(['merge', 'release', 'route canary', 'route promoted']),
    );
    store.close();
  });

  it('is refused, unaltered, when a newer autoland wrote it', async () => {
    (await open('write')).close();
    const db = new DatabaseSync(file);
    db.exec(`UPDATE meta SET schema = ${migrations.length + 1}`);
    db.close();
    for (const mode of ['read', 'write'] as const) {
      await expect(open(mode)).rejects.toMatchObject({
        code: 'journal.schema',
        mend: expect.stringContaining('newer version'),
      });
    }
  });
});
