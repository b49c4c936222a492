import { createHash } from 'node:crypto';

/** What an issue's author is to the repository, as GitHub names it. */
export const issueAssociations = [
  'OWNER',
  'MEMBER',
  'COLLABORATOR',
  'CONTRIBUTOR',
  'FIRST_TIME_CONTRIBUTOR',
  'FIRST_TIMER',
  'NONE',
] as const;
export type IssueAssociation = (typeof issueAssociations)[number];

/** An issue as a list has it. */
export type IssueRef = {
  /** Names it for people too, such as `acme/shop#12`. */
  readonly id: string;
  /** Another one whenever something of it has changed. */
  readonly version: string;
};

export type IssueList = {
  readonly issues: readonly IssueRef[];
  /** false: there are more than are looked at. */
  readonly isWhole: boolean;
};

/** Everything in it but `id` was written by others. */
export type Issue = {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
  readonly labels: readonly string[];
  readonly told: IssueWords;
};

/** Who stands behind what it says. */
export type IssueWords =
  /** It lies where only those can write who write the rules too. */
  | { readonly kind: 'of-the-rules' }
  | {
      readonly kind: 'of-a-host';
      /** null: no person, or one who is gone. */
      readonly author: string | null;
      /** null: one that is not known here. */
      readonly association: IssueAssociation | null;
      /** Of each label that it has now, the last time that it was put on. A label without one was put on by nobody knows whom. */
      readonly labelled: readonly Labelled[];
      /** RFC 3339: when title or text were changed last; null: never. */
      readonly editedAt: string | null;
    };

export type Labelled = {
  readonly label: string;
  /** null: no person, or one who is gone. */
  readonly by: string | null;
  readonly at: string;
};

/** Names an issue as it was: with other words, or labelled anew, it is another one. */
export function issueKey({ id, title, body }: Issue, label: string, labelledAt: string | null): string {
  const state = JSON.stringify([id, title, body, label, labelledAt]);
  return `${id}@${createHash('sha256').update(state).digest('hex').slice(0, 16)}`;
}
