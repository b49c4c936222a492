import type { IssueTask } from '../config/issue-tasks.ts';
import { type Issue, type IssueWords, issueKey } from '../domain/issue.ts';
import { issueText } from '../domain/issue-text.ts';

/** Whether an issue is one of those that a rule means. */
export type IssueVerdict =
  | {
      readonly kind: 'counts';
      /** Names the issue as it is now. */
      readonly key: string;
      readonly label: string;
      /** null: who writes the rules stands behind it. */
      readonly author: string | null;
      readonly labelledBy: string | null;
    }
  | { readonly kind: 'left'; readonly code: string; readonly reason: string };

/** Of title and text. Longer ones are no task: an agent would be given a part, and nobody chose which. */
export const longestIssue = 16_000;
/** Of its words as an agent is given them: a program takes no longer ones. */
const mostBytes = 64_000;

export function judgeIssue(rule: IssueTask, issue: Issue): IssueVerdict {
  return shapeProblem(issue) ?? standing(rule, issue);
}

function left(code: string, reason: string): IssueVerdict {
  return { kind: 'left', code: `issues.${code}`, reason };
}

function shapeProblem(issue: Issue): IssueVerdict | undefined {
  const { isOpen, title, body } = issue;
  if (!isOpen) return left('closed', 'It is closed.');
  const length = title.length + body.length;
  if (length > longestIssue)
    return left('too-long', `It has ${length} characters; ${longestIssue} are the most.`);
  const bytes = Buffer.byteLength(issueText(issue, '').data);
  if (bytes > mostBytes)
    return left('too-long', `It comes to ${bytes} bytes as data; ${mostBytes} are the most.`);
  if (title.trim() === '' && body.trim() === '') return left('empty', 'It says nothing.');
  return undefined;
}

function standing(rule: IssueTask, issue: Issue): IssueVerdict {
  const labels = rule.labels.filter((label) => issue.labels.some((one) => isSame(one, label)));
  const [label] = labels;
  if (label === undefined)
    return left('unlabelled', `It bears none of the labels ${rule.labels.join(', ')}.`);
  const { told } = issue;
  if (told.kind === 'of-a-host') return hosted(rule, issue, { told, labels });
  // A rule for a host must not be met by a file.
  if (rule.github !== null) return left('author-not-allowed', 'Nobody knows who wrote it.');
  return { kind: 'counts', key: issueKey(issue, label, null), label, author: null, labelledBy: null };
}

type Hosted = Extract<IssueWords, { kind: 'of-a-host' }>;
type Bearing = { readonly told: Hosted; readonly labels: readonly string[] };

function hosted({ github }: IssueTask, issue: Issue, { told, labels }: Bearing): IssueVerdict {
  if (github === null) return left('author-not-allowed', 'The rule is for files of the branch.');
  const { authors, labelledBy } = github;
  const { author, association, editedAt } = told;
  const isAssociated = association !== null && authors.associations.includes(association);
  if (author === null || !(isAssociated || isOneOf(authors.logins, author)))
    return left('author-not-allowed', `${author ?? 'Nobody known'} (${association ?? 'unknown'}) wrote it.`);
  const put = told.labelled.filter(({ label }) => labels.some((one) => isSame(one, label)));
  // Of several the last: it stands for the newest words.
  const allowed = put
    .filter(({ by }) => by !== null && isOneOf(labelledBy, by))
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
    .at(-1);
  if (put.length === 0)
    return left('labeller-unknown', 'Who put the label on, as it is now, is not known: label it anew.');
  if (allowed === undefined) {
    const who = put.map(({ by }) => by ?? 'an app, or somebody who is gone').join(', ');
    return left('labeller-not-allowed', `The label was put on by ${who}.`);
  }
  const { at, by, label } = allowed;
  if (editedAt !== null && !isBefore(editedAt, at))
    return left(
      'edited',
      `It was edited at ${editedAt}, not before it was labelled at ${at}: label it anew.`,
    );
  return { kind: 'counts', key: issueKey(issue, label, at), label, author, labelledBy: by };
}

/** Hosts tell whole seconds: what falls into one may have come in either order. What is no time is not before any. */
function isBefore(one: string, other: string): boolean {
  return Date.parse(one) < Date.parse(other);
}

function isOneOf(logins: readonly string[], login: string): boolean {
  return logins.some((one) => isSame(one, login));
}

/** As hosts compare logins and labels. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
