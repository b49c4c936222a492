import type { BlobOwner, Commitment } from './blob.ts';
import { isBlobOwner, isCommitment } from './blob.ts';
import type { ChangeId } from './change.ts';
import type { Json, JsonObject } from './json.ts';
import type { Transcript } from './transcript.ts';

/** For whom a model is asked, or a tool runs. */
export type RecordedRole = 'judge' | 'agent' | 'test-writer';

/** What it belongs to: a change, or the task of an agent before there is one. `task`: lower-case letters, digits, dashes; at most 64. */
export type RecordedFor = { readonly role: RecordedRole } & (
  | { readonly change: ChangeId }
  | { readonly task: string }
);

/** Throws TypeError for a name that no path may be made of. */
export function ownerOf(subject: RecordedFor): BlobOwner {
  const owner = 'change' in subject ? subject.change : `task_${subject.task}`;
  if (isBlobOwner(owner)) return owner;
  throw new TypeError(`expected a change or a task in lower case and dashes, found ${JSON.stringify(owner)}`);
}

/** One run of a tool, as it was seen at the boundary of the sandbox: not what the model was told of it. */
export type ToolCall = {
  /** As the model named the call; undefined: no model asked for it. */
  readonly id?: string;
  readonly tool: string;
  readonly input: unknown;
  readonly output: string;
  readonly isError: boolean;
  readonly startedAt: Date;
  readonly ms: number;
  /** What it says itself that it did meanwhile; undefined: nothing, but for `output`. */
  readonly transcript?: Pick<Transcript, 'told' | 'usage'> | undefined;
};

/** An item of this page by its place, or of another page: `COMMITMENT/PLACE`. */
export type ItemRef = number | string;

/** Messages: the first `same` of those of page `like`, then `more`. So a conversation that grows is kept once. */
export type MessageRefs = {
  readonly like: Commitment | null;
  readonly same: number;
  readonly more: readonly ItemRef[];
};

/** What a blob holds: the items that were not kept before, and how all of one exchange is put together. */
export type Page = { readonly v: 1; readonly items: readonly Json[] } & (
  | {
      readonly kind: 'exchange';
      readonly system: ItemRef;
      readonly tools: ItemRef;
      /** null: free text was asked for. */
      readonly schema: ItemRef | null;
      readonly messages: MessageRefs;
      /** null: it was a fault. */
      readonly reply: ItemRef | null;
      /** Of a fault. */
      readonly reason: string | null;
    }
  | {
      readonly kind: 'tool-call';
      readonly input: ItemRef;
      readonly result: ItemRef;
      /** Of a program that says what it does; absent: it does not. */
      readonly told?: readonly ItemRef[];
    }
);

const refShape = /^hmac-sha256:[0-9a-f]{64}\/\d{1,6}$/;

/** undefined: it is none of ours. Only its own shape is looked at, not what it refers to. */
export function readPage(bytes: Uint8Array): Page | undefined {
  let page: unknown;
  try {
    page = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  return isPage(page) ? page : undefined;
}

function isPage(value: unknown): value is Page {
  if (typeof value !== 'object' || value === null) return false;
  const page = value as JsonObject;
  if (page.v !== 1 || !Array.isArray(page.items)) return false;
  if (page.kind === 'tool-call')
    return isRef(page.input) && isRef(page.result) && (page.told === undefined || areRefs(page.told));
  if (page.kind !== 'exchange' || !isRef(page.system) || !isRef(page.tools)) return false;
  const isReason = page.reason === null || typeof page.reason === 'string';
  return isReason && isRefOrNull(page.schema) && isRefOrNull(page.reply) && areMessages(page.messages);
}

function areMessages(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { like, same, more } = value as JsonObject;
  const isLike = like === null || isCommitment(like);
  return isLike && Number.isInteger(same) && areRefs(more);
}

function areRefs(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((ref) => isRef(ref));
}

function isRef(value: Json | undefined): boolean {
  return Number.isInteger(value) || (typeof value === 'string' && refShape.test(value));
}

function isRefOrNull(value: Json | undefined): boolean {
  return value === null || isRef(value);
}
