import type { z } from 'zod';

/** Which keys of a request go on, which are left out, and that every other is refused. */
export type KeyRules = {
  readonly passed: ReadonlySet<string>;
  /** Hints of clients that change no answer, or say who asks. */
  readonly dropped: ReadonlySet<string>;
};

export function unknownKey(body: Readonly<Record<string, unknown>>, rules: KeyRules): string | undefined {
  return Object.keys(body).find((key) => !rules.passed.has(key) && !rules.dropped.has(key));
}

/** In one sentence; the value is not in it. */
export function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'the request has another shape';
  return `${issue.path.join('.') || 'the request'}: ${issue.message}`;
}
