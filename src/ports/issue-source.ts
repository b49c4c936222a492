import type { Issue, IssueList } from '../domain/issue.ts';

/** Where people write down what they want done. Read only: no method MUST write anything anywhere. */
export interface IssueSource {
  /**
   * Open issues that bear the label, oldest first where that is known. MUST be bounded in time and size; what is beyond a bound MUST show as
   * `isWhole: false`. MUST NOT answer changes that others propose, though a host may number them alike.
   */
  list(label: string, signal?: AbortSignal): Promise<IssueList>;
  /**
   * One issue, as of one moment: its text and who stands behind it MUST NOT come from two. undefined: there is none of that name. What the
   * source does not say MUST be null or missing, never guessed.
   *
   * Both MUST end with the signal. Both MUST reject with `issues.unreachable` after silence and refusals and with `issues.invalid` after nonsense, MUST NOT ask again before the
   * time that a source has named, MUST NOT show a token to another origin, and MUST NOT follow a link or a redirect.
   */
  read(id: string, signal?: AbortSignal): Promise<Issue | undefined>;
}
