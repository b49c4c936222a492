import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/adapters/remove-tree.ts';
import { seededRandom } from '../../src/demo/traffic/random.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { Crowd, type CrowdCounts } from './crowd.ts';
import { Installation } from './installation.ts';
import { JournalTail } from './journal-tail.ts';
import { Killer, type Kills } from './killer.ts';
import { SmallRepository } from './small-repository.ts';

export type CampaignOptions = {
  readonly seed: number;
  /** Ends after the landing in which this many were sent. */
  readonly kills: number;
  readonly onLanding?: (landing: Landing, kills: Kills) => void;
};

export type Landing = {
  readonly change: string;
  readonly outcome: string;
  readonly code: string;
  readonly ms: number;
  readonly kills: number;
};

export type Report = {
  readonly seed: number;
  readonly unkilledMs: number;
  readonly landings: readonly Landing[];
  readonly medianMs: number;
  readonly kills: Kills;
  readonly totalKills: number;
  readonly controlPlaneStarts: number;
  readonly crowd: CrowdCounts;
  readonly fsck: JsonObject;
  readonly audit: JsonObject;
  /** Changes on the branch, newest first. */
  readonly onBranch: readonly string[];
  /** Command lines of processes that are left when everything was ended. */
  readonly stray: readonly string[];
};

/** Lands one change after the other while processes are killed, then compares what is with what was journalled. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'alf-'));
  // Services run as another user, who must pass through.
  chmodSync(dir, 0o755);
  const campaign = new Campaign(dir, options, await freePort());
  const interrupted = new Promise<never>((_, reject) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const)
      process.once(name, () => reject(new Error(`ended by ${name}`)));
  });
  try {
    return await Promise.race([campaign.run(), interrupted]);
  } catch (thrown) {
    throw new Error(`seed ${options.seed}: ${String(thrown)}\n${campaign.log()}`, { cause: thrown });
  } finally {
    await campaign.close();
    campaign.sweep();
    await removeTree(dir);
  }
}

/** A change takes some five seconds on two free cores, killed ones three times as long. What takes longer than this is stuck on any machine. */
const stuckMs = 600_000;

class Campaign {
  readonly #options: CampaignOptions;
  readonly #repository: SmallRepository;
  readonly #installation: Installation;
  readonly #tail: JournalTail;
  readonly #killer: Killer;
  readonly #crowd: Crowd;
  readonly #landings: Landing[] = [];
  #starts = 0;
  #closed = false;

  constructor(dir: string, options: CampaignOptions, port: number) {
    this.#options = options;
    this.#repository = new SmallRepository(dir);
    const state = join(dir, 's');
    const log = join(dir, 'up.log');
    this.#installation = new Installation({ repo: this.#repository.bare, state, port, log });
    this.#crowd = new Crowd(`http://127.0.0.1:${port}`, { users: 300, perSecond: 150 });
    this.#killer = new Killer({
      installation: this.#installation,
      random: seededRandom(options.seed),
      onKill: (victim) => {
        this.#crowd.killed(victim);
        if (victim === 'supervisor' && !this.#closed) this.#installation.start();
      },
    });
    this.#tail = new JournalTail(join(state, 'journal.db'), (entry) => {
      if (entry.type === 'control-plane.started') this.#starts += 1;
      this.#killer.saw(entry);
    });
  }

  async run(): Promise<Report> {
    this.#installation.start();
    await this.#until(() => this.#starts > 0, 'the first start');
    this.#crowd.start();
    // The level before a rollout is known after ten seconds of traffic.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const unkilled = await this.#land();
    this.#killer.start();
    while (this.#killer.total < this.#options.kills) {
      const landing = await this.#land();
      this.#options.onLanding?.(landing, this.#killer.kills);
      // Held after its merge: a person deploys or reverts it, or nothing that follows may land.
      if (landing.outcome !== 'landed') await this.#installation.autoland('adopt');
    }
    this.#killer.close();
    await this.#until(() => this.#installation.answers(), 'the supervisor answers');
    const fsck = await this.#installation.autoland('fsck');
    const audit = await this.#installation.autoland('audit', 'verify');
    await this.close();
    return this.#report(unkilled.ms, fsck, audit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#killer.close();
    this.#tail.close();
    this.#crowd.close();
    await this.#installation.stop();
  }

  sweep(): void {
    this.#installation.sweep();
  }

  log(): string {
    return this.#installation.log();
  }

  async #land(): Promise<Landing> {
    const before = this.#killer.total;
    const ref = await this.#repository.branch(this.#landings.length);
    const begun = performance.now();
    const { change } = await this.#installation.autoland('submit', ref, '--source', 'agent:formatter');
    const id = String(change);
    await this.#until(() => this.#tail.conclusions.has(id), `${id} concluded`);
    const data = this.#tail.conclusions.get(id)?.data;
    const landing = {
      change: id,
      outcome: String(data?.outcome),
      code: String(data?.code),
      ms: Math.round(performance.now() - begun),
      kills: this.#killer.total - before,
    };
    this.#landings.push(landing);
    return landing;
  }

  #report(unkilledMs: number, fsck: JsonObject, audit: JsonObject): Report {
    const times = this.#landings.map(({ ms }) => ms).sort((a, b) => a - b);
    return {
      seed: this.#options.seed,
      unkilledMs,
      landings: this.#landings,
      medianMs: times[Math.floor(times.length / 2)] ?? 0,
      kills: this.#killer.kills,
      totalKills: this.#killer.total,
      controlPlaneStarts: this.#starts,
      crowd: this.#crowd.counts(),
      fsck,
      audit,
      onBranch: this.#repository.landed(),
      stray: this.#installation.processes(),
    };
  }

  async #until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const end = performance.now() + stuckMs;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`did not come true within ${stuckMs} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject()));
    });
  });
}
