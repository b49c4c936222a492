import { z } from 'zod';
import { type Issue, issueAssociations, type Labelled } from '../../../domain/issue.ts';

/* https://docs.github.com/en/rest/issues/issues#list-repository-issues and GraphQL's Issue. */

const listed = z.array(
  z.object({
    number: z.int().min(1),
    updated_at: z.iso.datetime({ offset: true }),
    pull_request: z.unknown().optional(),
  }),
);

export type Listed = { readonly number: number; readonly version: string };

/** Without proposals of changes. Throws nonsense. */
export function readList(text: string): readonly Listed[] {
  return listed
    .parse(JSON.parse(text))
    .filter((one) => one.pull_request === undefined)
    .map(({ number, updated_at: version }) => ({ number, version }));
}

/**
 * One question for text, edits and labels, so that they are of one moment: REST has no time at which a text was edited, and would answer them one
 * after the other. The newest hundred events are enough: an edit of the title after the last label is among them, or the label is not.
 */
export const issueQuery = `query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { nameWithOwner issue(number: $number) {
    number title body state lastEditedAt authorAssociation
    author { __typename login }
    labels(first: 100) { nodes { name } }
    timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, RENAMED_TITLE_EVENT]) { nodes {
      __typename
      ... on LabeledEvent { createdAt label { name updatedAt } actor { __typename login } }
      ... on UnlabeledEvent { label { name } }
      ... on RenamedTitleEvent { createdAt }
    } }
  } }
}`;

const time = z.iso.datetime({ offset: true });
const actor = z.object({ __typename: z.string(), login: z.string().max(100) }).nullable();
const event = z.discriminatedUnion('__typename', [
  z.object({
    __typename: z.literal('LabeledEvent'),
    createdAt: time,
    label: z.object({ name: z.string(), updatedAt: time.nullable() }),
    actor,
  }),
  z.object({ __typename: z.literal('RenamedTitleEvent'), createdAt: time }),
  z.object({ __typename: z.literal('UnlabeledEvent'), label: z.object({ name: z.string() }) }),
]);
const issue = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['OPEN', 'CLOSED']),
  lastEditedAt: time.nullable(),
  authorAssociation: z.string(),
  author: actor,
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }),
  timelineItems: z.object({ nodes: z.array(event) }),
});
const errors = z.array(z.object({ type: z.string().optional(), message: z.string() }));
const answer = z.object({
  data: z
    .object({
      repository: z.object({ nameWithOwner: z.string(), issue: issue.nullable() }).nullable(),
    })
    .nullish(),
  errors: errors.optional(),
});

export type ReadIssue =
  | { readonly kind: 'found'; readonly issue: Issue }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly isForRate: boolean; readonly why: string };

/** Throws nonsense. An answer with errors is not believed, whatever else it holds. */
export function readIssue(text: string, asked: { readonly id: string; readonly number: number }): ReadIssue {
  const { data, errors: found = [] } = answer.parse(JSON.parse(text));
  const [wrong] = found;
  if (wrong?.type === 'NOT_FOUND' && data?.repository != null) return { kind: 'none' };
  if (wrong !== undefined)
    return { kind: 'refused', isForRate: /^RATE_LIMIT/.test(wrong.type ?? ''), why: wrong.message };
  if (data?.repository == null)
    return { kind: 'refused', isForRate: false, why: 'it knows no such repository' };
  const one = data.repository.issue;
  if (one === null) return { kind: 'none' };
  if (one.number !== asked.number) throw new Error(`${asked.number} was asked for, ${one.number} came`);
  return { kind: 'found', issue: issueOf(asked.id, one) };
}

function issueOf(id: string, one: z.infer<typeof issue>): Issue {
  const { title, body, state, author, lastEditedAt } = one;
  const association = issueAssociations.find((name) => name === one.authorAssociation) ?? null;
  const renames = one.timelineItems.nodes.flatMap((node) =>
    node.__typename === 'RenamedTitleEvent' ? [node.createdAt] : [],
  );
  const edits = [...renames, ...(lastEditedAt === null ? [] : [lastEditedAt])];
  const editedAt = edits.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null;
  return {
    ...{ id, title, body, isOpen: state === 'OPEN', labels: one.labels.nodes.map(({ name }) => name) },
    told: {
      ...{ kind: 'of-a-host', author: person(author), association },
      ...{ labelled: lastLabelled(one.timelineItems.nodes), editedAt },
    },
  };
}

/** In the order in which they happened, so that the last of each label holds. One that is on it though it was taken off last: nobody knows by whom. */
function lastLabelled(events: readonly z.infer<typeof event>[]): readonly Labelled[] {
  const last = new Map<string, Labelled>();
  for (const one of events)
    if (one.__typename === 'UnlabeledEvent') last.delete(one.label.name);
    else if (one.__typename === 'LabeledEvent') {
      const label = one.label.name;
      last.delete(label);
      if (isOther(one.label.updatedAt, one.createdAt)) continue;
      last.set(label, { label, by: person(one.actor), at: one.createdAt });
    }
  return [...last.values()];
}

/** An event names its label as it is called now: whoever renames one would have put it on by the hands of others. */
function isOther(changedAt: string | null, putOnAt: string): boolean {
  return changedAt !== null && !(Date.parse(changedAt) < Date.parse(putOnAt));
}

/** An app may be made to act by anybody whom it listens to. */
function person(who: z.infer<typeof actor>): string | null {
  return who?.__typename === 'User' ? who.login : null;
}
