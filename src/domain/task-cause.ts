import type { ChangeId } from './change.ts';
import type { Json, JsonObject } from './json.ts';

/** What a task was begun for. */
export type TaskCause =
  /** `author` and `labelledBy` null: who writes the rules stands behind it. */
  | {
      readonly kind: 'issue';
      readonly issue: string;
      readonly label: string;
      readonly author: string | null;
      readonly labelledBy: string | null;
    }
  /** `codes`: what it was turned away for, and is to be mended. */
  | { readonly kind: 'refusal'; readonly change: ChangeId; readonly codes: readonly string[] };

/** Of the journal. null: nothing that is known here. */
export function readCause(value: Json | undefined): TaskCause | null {
  if (!isObject(value)) return null;
  const { kind, issue, label, author, labelledBy, change, codes } = value;
  if (kind === 'issue' && typeof issue === 'string')
    return { kind, issue, label: String(label), author: textIn(author), labelledBy: textIn(labelledBy) };
  if (kind === 'refusal' && typeof change === 'string' && Array.isArray(codes))
    return { kind, change, codes: codes.map(String) };
  return null;
}

/** Names it for people; null: it was begun for nothing but its text. */
export function aboutOf(cause: TaskCause | null): string | null {
  if (cause === null) return null;
  return cause.kind === 'issue' ? cause.issue : cause.change;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textIn(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
