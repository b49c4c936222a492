import { printable } from '../../../domain/printable.ts';
import { retryAfterMs } from '../../registry/attempts.ts';

type Asked = { readonly about: string; readonly etag?: string };

export type Refusal = (said: string) => {
  /** 0: it may be asked again at any time. */
  readonly waitMs: number;
  /** The end of a sentence that begins with "but". */
  readonly why: string;
  readonly mend: string;
};

const [secondMs, hourMs] = [1_000, 3_600_000];
/** Where it does not say how long: GitHub wants a minute at least. */
const usualWaitMs = 60 * secondMs;
const longestWaitMs = 24 * hourMs;

/** undefined: it answers, or says that nothing has changed. */
export function answered(response: Response, { etag, about }: Asked): Refusal | undefined {
  const { status, headers } = response;
  const writes = writingScopes(headers.get('x-oauth-scopes'));
  if (writes.length > 0) return () => tooMighty(writes);
  if (status === 200 || (status === 304 && etag !== undefined)) return undefined;
  return (said) => {
    const told = toldBy(said);
    return { waitMs: waitOf(response), why: whyOf(status, told), mend: mendFor(status, about) };
  };
}

/** What a classic token may do; a token of another kind has no such header. */
function writingScopes(header: string | null): readonly string[] {
  const scopes = (header ?? '').split(',').map((scope) => scope.trim());
  return scopes.filter((scope) => scope !== '' && !scope.startsWith('read:'));
}

function tooMighty(scopes: readonly string[]): ReturnType<Refusal> {
  return {
    waitMs: 0,
    why: `its token may do more than read: ${printable(scopes.join(', ')).slice(0, 200)}`,
    mend: 'make a fine-grained token with read access to issues alone, and revoke this one',
  };
}

function waitOf({ status, headers }: Response): number {
  if (status !== 403 && status !== 429 && status !== 503) return 0;
  const after = retryAfterMs(headers.get('retry-after'), new Date());
  const reset = Number(headers.get('x-ratelimit-reset') ?? '');
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0' && reset > 0;
  const untilReset = isUsedUp ? reset * secondMs - Date.now() : 0;
  const least = status === 429 ? usualWaitMs : 0;
  const wait = after > 0 ? after : Math.max(untilReset, least);
  return Math.min(Math.max(0, wait), longestWaitMs);
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function whyOf(status: number, told: string): string {
  if (redirects.has(status)) return `it redirects (${status}), which is not followed`;
  return `it answers ${status}${told}`;
}

const mends: Readonly<Record<number, string>> = {
  401: 'put a token that is in force into tokenFile of issues.yaml',
  403: 'give the token read access to issues of this repository; where a rate is over, wait',
  404: 'see that repository is spelt right, and that the token was made for it',
  410: 'switch issues on for this repository, or remove the rule from agents.tasks.issues',
  429: 'wait',
};

function mendFor(status: number, about: string): string {
  if (redirects.has(status))
    return `name ${about.replace(/^.* of /, '')} as it is called now, and url in issues.yaml as it answers`;
  return mends[status] ?? 'it is asked again later';
}

/** What the host says is wrong; '': nothing that could be read. */
function toldBy(said: string): string {
  try {
    const { message } = JSON.parse(said) as { message?: unknown };
    return typeof message === 'string' ? `: ${printable(message).slice(0, 200)}` : '';
  } catch {
    return '';
  }
}
