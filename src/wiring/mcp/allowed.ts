import { LRUCache } from 'lru-cache';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { Limiter } from '../../domain/limiter.ts';
import { compilePattern } from '../../domain/path-pattern.ts';
import type { Rules } from '../../ports/rules.ts';
import type { Allowed, AllowedQuestion } from '../../server/mcp/desk.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { loadPolicies, type Policies } from '../../stages/4-policy/cedar.ts';
import { frozenReason } from '../../views/freeze.ts';
import { type Ledger, mergedSince } from '../../views/ledger.ts';
import { rememberedVersions } from '../../views/proved.ts';
import type { StatusView } from '../../views/status-view.ts';
import { readStatus } from '../journal/status.ts';
import type { Repository } from '../place/repository.ts';
import { BranchRules, policyFile } from '../place/rules.ts';
import { RefClasser } from './class-ref.ts';
import type { JournalAtHand } from './journal-at-hand.ts';
import { openAtOnce, openChanges, submitPerDay, submittedIn24Hours } from './open-changes.ts';
import { classesAllowed, type Known, refAllowed } from './prospects.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What an agent may do here, by the rules on the branch, the journal and the clock. */
export class AllowedReader {
  readonly #journal: JournalAtHand;
  readonly #classer = new RefClasser();
  /** One agent must not keep the machine busy that tests and rollouts run on. */
  readonly #limiter = new Limiter(1);
  readonly #classes = new LRUCache<string, Allowed['classes']>({ max: 200 });
  #policies: { readonly text: string; readonly loaded: Promise<Policies> } | undefined;

  constructor(journal: JournalAtHand) {
    this.#journal = journal;
  }

  answer(question: AllowedQuestion, source: string): Promise<Allowed> {
    return this.#limiter.run(() => this.#answer(question, source));
  }

  async #answer(question: AllowedQuestion, source: string): Promise<Allowed> {
    const repository = await this.#journal.read();
    const status = await readStatus(repository);
    const rules = await rulesOf(repository);
    const ledger = await repository.ledger();
    const known = {
      config: rules.config,
      source,
      autonomy: await repository.autonomy(),
      policies: await this.#policiesOf(rules.policyText),
      unsignedAllowed: status.policy.unsignedAllowed === true,
    };
    const { ref } = question;
    const classed =
      ref === undefined ? undefined : await this.#classer.class(repository.place.repo, ref, rules);
    return {
      source,
      branch: rules.config.branch,
      now: nowOf(status, rules, ledger),
      limits: limitsOf(known, ledger),
      packages: packagesOf(rules, ledger),
      protectedPaths: rules.config.scope.protectedPaths,
      paths: pathsOf(question.paths ?? [], rules),
      classes: this.#classesOf(question.class, known, rules),
      ref: classed === undefined ? null : refAllowed(classed, known),
    };
  }

  /** The policy is asked dozens of times for them, and always answers the same. */
  #classesOf(wanted: AllowedQuestion['class'], known: Known, rules: Rules): Allowed['classes'] {
    const { source, unsignedAllowed, autonomy } = known;
    const key = JSON.stringify([wanted, source, unsignedAllowed, autonomy.upTo, rules.commit]);
    const found = this.#classes.get(key) ?? classesAllowed(wanted, known);
    this.#classes.set(key, found);
    return found;
  }

  /** The engine takes longer to check a policy than to ask it. */
  #policiesOf(text: string): Promise<Policies> {
    if (this.#policies?.text !== text) this.#policies = { text, loaded: loadPolicies(text, policyFile) };
    return this.#policies.loaded;
  }
}

async function rulesOf({ place }: Repository): Promise<Rules> {
  const { reader, close } = await openGitReader(place.repo);
  try {
    return await new BranchRules(reader, false).load();
  } finally {
    await close();
  }
}

function nowOf(status: StatusView, { config }: Rules, ledger: Ledger): Allowed['now'] {
  return {
    running: status.controlPlane !== null,
    stopped: status.stopped,
    frozen: frozenReason(config.limits, ledger, new Date(), '') ?? null,
    unsignedAllowed: status.policy.unsignedAllowed,
  };
}

const mostVersions = 50;

function packagesOf({ config: { registry } }: Rules, ledger: Ledger): Allowed['packages'] {
  return {
    registries: registry.allowed,
    minimumAgeDays: registry.minimumAgeDays,
    turnedAway: rememberedVersions(ledger).slice(-mostVersions),
  };
}

function limitsOf({ config, source }: Known, ledger: Ledger): Allowed['limits'] {
  const { maxFiles, maxChangedLines, maxDeletedLines, maxFileKiB } = config.scope;
  return {
    landedIn24Hours: mergedSince(ledger, new Date(Date.now() - dayMs)).length,
    perDay: config.limits.perDay,
    openAtOnce,
    open: openChanges(ledger, source).length,
    submitPerDay,
    submittedIn24Hours: submittedIn24Hours(ledger, source, new Date()).length,
    ...{ maxFiles, maxChangedLines, maxDeletedLines, maxFileKiB },
  };
}

function pathsOf(paths: readonly string[], { config }: Rules): Allowed['paths'] {
  const own = config.scope.protectedPaths.map(compilePattern);
  return paths.map((path) => ({ path, protected: isProtectedPath(path, own) }));
}
