import type { IssueTask } from '../../config/issue-tasks.ts';
import type { Config } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { IssueRef } from '../../domain/issue.ts';
import type { IssueSource } from '../../ports/issue-source.ts';
import { type JudgedIssue, type ToldIssue, tellIssues } from '../../views/due-issues.ts';
import { type IssueVerdict, judgeIssue } from '../../views/issue-verdict.ts';
import type { Ledger } from '../../views/ledger.ts';
import type { Tasks } from '../../views/tasks.ts';
import { type IssueParts, IssueSources } from './issue-sources.ts';

/** What one look has found by one rule. */
export type IssueLook = {
  readonly rule: string;
  readonly agent: string;
  readonly issues: readonly ToldIssue[];
  /** false: there are more, which nobody has looked at. */
  readonly isWhole: boolean;
  /** Why nothing could be looked at; null: it could. */
  readonly trouble: string | null;
};

export type IssuesKnown = { readonly tasks: Tasks; readonly ledger: Ledger; readonly now: Date };

/** Of one rule, in one look. What was read is remembered, so that the next look goes on. */
const mostRead = 20;
/** After which none is read any more: others wait for this look to end. */
const mostMs = 30_000;
const mostRemembered = 10_000;

type NamedRule = { readonly name: string; readonly rule: IssueTask };

/** Looks at the issues of all rules. */
export class IssueDesk {
  readonly #sources: IssueSources;
  /** By rule, issue and version. No text is kept. */
  readonly #judged = new Map<string, IssueVerdict>();

  constructor(parts: IssueParts) {
    this.#sources = new IssueSources(parts);
  }

  /** Where one source does not answer, the others are looked at all the same. */
  async look(config: Config, known: IssuesKnown, signal?: AbortSignal): Promise<readonly IssueLook[]> {
    const looks: IssueLook[] = [];
    for (const [name, rule] of Object.entries(config.agents.tasks.issues)) {
      const found = { rule: name, agent: rule.agent };
      try {
        const { issues, isWhole } = await this.#judge({ name, rule }, config.branch, signal);
        looks.push({ ...found, issues: tellIssues({ name, rule }, issues, known), isWhole, trouble: null });
      } catch (thrown) {
        if (!(thrown instanceof AutolandError)) throw thrown;
        const trouble = `${withMend(thrown)} (${thrown.code})`;
        looks.push({ ...found, issues: [], isWhole: false, trouble });
      }
    }
    return looks;
  }

  /** What was due and could not be begun may have changed within the second that its version tells. */
  forget(id: string): void {
    for (const key of this.#judged.keys()) if (JSON.parse(key)[2].id === id) this.#judged.delete(key);
  }

  async #judge({ name, rule }: NamedRule, branch: string, signal: AbortSignal | undefined) {
    const until = performance.now() + mostMs;
    const source = await this.#sources.of(rule, branch);
    const listed = await listAll(source, rule.labels, signal);
    const issues: JudgedIssue[] = [];
    let read = 0;
    for (const ref of listed.refs) {
      const key = JSON.stringify([name, rule, ref]);
      let verdict = this.#judged.get(key);
      if (verdict === undefined && (read >= mostRead || performance.now() > until)) {
        issues.push({ id: ref.id, verdict: later });
        continue;
      }
      if (verdict === undefined) {
        read += 1;
        verdict = await judged(source, rule, { id: ref.id, signal });
      }
      if (verdict === undefined) continue;
      this.#remember(key, verdict);
      issues.push({ id: ref.id, verdict });
    }
    return { issues, isWhole: listed.isWhole };
  }

  #remember(key: string, verdict: IssueVerdict): void {
    this.#judged.set(key, verdict);
    const [oldest] = this.#judged.keys();
    if (this.#judged.size > mostRemembered && oldest !== undefined) this.#judged.delete(oldest);
  }
}

const later: IssueVerdict = {
  kind: 'left',
  code: 'issues.later',
  reason: `A look reads ${mostRead} that it does not know; the next one goes on.`,
};

/** One that cannot be read is told, and the others are looked at; a source that does not answer at all rejects. undefined: it is gone. */
async function judged(
  source: IssueSource,
  rule: IssueTask,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal | undefined },
): Promise<IssueVerdict | undefined> {
  try {
    const issue = await source.read(id, signal);
    return issue && judgeIssue(rule, issue);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'issues.invalid') throw thrown;
    return { kind: 'left', code: 'issues.not-read', reason: withMend(thrown) };
  }
}

function withMend({ message, mend }: AutolandError): string {
  return mend === undefined ? message : `${message}; ${mend}`;
}

async function listAll(source: IssueSource, labels: readonly string[], signal: AbortSignal | undefined) {
  const refs = new Map<string, IssueRef>();
  let isWhole = true;
  for (const label of labels) {
    const list = await source.list(label, signal);
    isWhole = isWhole && list.isWhole;
    for (const ref of list.issues) refs.set(ref.id, ref);
  }
  return { refs: [...refs.values()], isWhole };
}
