import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';

const fullName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const shortName = /^[0-9a-f]{4,64}$/;
/** The rules of `git check-ref-format`, narrowed to what cannot be read as an option, a range or a revision expression. */
const refName =
  /^(?!-)(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[^\s\p{Cc}~^:?*[\\./-][^\s\p{Cc}~^:?*[\\]*(?<![./])$/u;
const ancestry = /(?:[~^]\d{0,4})*$/;
const inboxPrefix = 'refs/heads/autoland/';

export function isSha(text: string): text is Sha {
  return fullName.test(text);
}

export function isShortSha(text: string): boolean {
  return shortName.test(text);
}

/** Object names go into command lines, so nothing but a full one may pass. Rejects with `git.failed`. */
export function assertSha(text: string): Sha {
  if (isSha(text)) return text;
  throw new AutolandError('git.failed', `expected a full object name, found ${JSON.stringify(text)}`, {
    mend: 'resolve the ref first',
  });
}

export function isRefName(text: string): boolean {
  return text.length <= 250 && refName.test(text);
}

/** `main~2^` -> `main` and `~2^`. */
export function splitAncestry(text: string): { name: string; suffix: string } {
  const suffix = ancestry.exec(text)?.[0] ?? '';
  return { name: text.slice(0, text.length - suffix.length), suffix };
}

/** The full ref of a branch given as `main` or `refs/heads/main`. */
export function branchRef(branch: string): string {
  const ref = branch.startsWith('refs/heads/') ? branch : `refs/heads/${branch}`;
  if (isRefName(ref) && isRefName(ref.slice('refs/heads/'.length))) return ref;
  throw new AutolandError('git.failed', `expected a branch name, found ${JSON.stringify(branch)}`, {
    mend: 'see `git check-ref-format --branch`',
  });
}

/** Agents' refs live under one prefix, so that no agent can ever name a protected branch. */
export function assertInboxRef(ref: string): string {
  const rest = ref.startsWith(inboxPrefix) ? ref.slice(inboxPrefix.length) : '';
  if (isRefName(rest)) return ref;
  throw new AutolandError(
    'git.failed',
    `expected a ref under ${inboxPrefix}, found ${JSON.stringify(ref)}: nothing else may be written`,
    { mend: `use ${inboxPrefix}NAME` },
  );
}
