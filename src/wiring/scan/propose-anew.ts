import { messageOf } from '../../domain/errors.ts';
import { dependencySource } from '../../views/ledger.ts';
import { noneOvertaken, type Overtaken } from '../../views/overtaken.ts';
import type { Repository } from '../place/repository.ts';
import { tellTrouble } from '../trouble.ts';
import { scan } from './scan.ts';
import { overtakenIn } from './scan-dependencies.ts';
import type { ScanTools } from './scanning.ts';

const lookMs = 500;
/** After a scan that left something, such as by a registry that is down; each further one waits twice as long. */
const pauseMs = 30_000;
const longestPauseMs = 1_800_000;

/**
 * Updates that the branch has overtaken are proposed anew on today's tip: a lockfile is regenerated, never merged as text.
 * What is left to propose is read from the journal, so a killed process neither forgets one nor proposes it twice.
 */
export function proposeAnewOften(repository: Repository, tools: ScanTools): { stop(): Promise<void> } {
  const again = new ProposingAnew(repository, tools);
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = again.look().finally(() => {
      isBusy = false;
    });
  }, lookMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

class ProposingAnew {
  readonly #repository: Repository;
  readonly #tools: ScanTools;
  #overtaken: Overtaken = noneOvertaken;
  #pauseMs = 0;
  #notBefore = 0;
  #blindUntil = 0;

  constructor(repository: Repository, tools: ScanTools) {
    this.#repository = repository;
    this.#tools = tools;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (performance.now() < this.#blindUntil) return;
    try {
      const news = await this.#read();
      // Where a change has ended there is room for another.
      if (news) this.#notBefore = 0;
      if (this.#overtaken.packages.size === 0) this.#pauseMs = 0;
      else if (performance.now() >= this.#notBefore) await this.#scan();
    } catch (thrown) {
      this.#blindUntil = performance.now() + pauseMs;
      tellTrouble(`an overtaken update could not be proposed anew: ${messageOf(thrown)}`);
    }
  }

  async #read(): Promise<boolean> {
    const before = this.#overtaken.upTo;
    this.#overtaken = await overtakenIn(this.#repository, this.#overtaken);
    return this.#overtaken.upTo > before;
  }

  async #scan(): Promise<void> {
    const only = [...this.#overtaken.packages.keys()];
    await scan(this.#repository, this.#tools, {
      actor: dependencySource,
      dryRun: false,
      agent: 'dependency',
      only,
    });
    await this.#read();
    if (only.some((name) => this.#overtaken.packages.has(name))) this.#pause();
    else this.#pauseMs = 0;
  }

  #pause(): void {
    this.#pauseMs = Math.min(longestPauseMs, Math.max(pauseMs, this.#pauseMs * 2));
    this.#notBefore = performance.now() + this.#pauseMs;
  }
}
