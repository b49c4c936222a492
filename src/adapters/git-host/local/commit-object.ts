import type { KeyObject } from 'node:crypto';
import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import { verifyArmoredSignature } from './ssh-signature.ts';

export type Identity = { readonly name: string; readonly email: string };

export type CommitInput = {
  readonly tree: Sha;
  readonly parents: readonly Sha[];
  readonly author: Identity;
  readonly at: Date;
  readonly message: string;
  readonly trailers: readonly (readonly [string, string])[];
};

/** The namespace of git's SSH signatures. */
export const signatureNamespace = 'git';
const signatureHeaders = ['gpgsig ', 'gpgsig-sha256 '];

/** The text of an unsigned commit object; see "Commit Objects" in git's documentation. Deterministic in its input. */
export function commitText(input: CommitInput): string {
  const who = `${identityText(input.author)} ${Math.floor(input.at.getTime() / 1000)} +0000`;
  const headers = [
    `tree ${input.tree}`,
    ...input.parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
  ];
  return `${headers.join('\n')}\n\n${messageText(input)}\n`;
}

/** Trailers always form a paragraph of their own at the end: what the message says before can never pass for one. */
function messageText({ message, trailers }: CommitInput): string {
  const body = message.toWellFormed().replaceAll('\0', '').replace(/\r\n?/g, '\n').trim();
  if (trailers.length === 0) return body;
  return `${body}\n\n${trailers.map(([name, value]) => trailerText(name, value)).join('\n')}`;
}

function trailerText(name: string, value: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(name) && /^[^\p{Cc}]*$/u.test(value)) return `${name}: ${value}`;
  throw new AutolandError(
    'git.failed',
    `expected a trailer of one line, found ${JSON.stringify([name, value])}`,
  );
}

function identityText({ name, email }: Identity): string {
  const usable = (text: string) => /^[^<>\p{Cc}\s][^<>\p{Cc}]*$/u.test(text);
  if (usable(name) && usable(email)) return `${name} <${email}>`;
  throw new AutolandError(
    'git.failed',
    `expected a name and an email, found ${JSON.stringify([name, email])}`,
    {
      mend: 'leave out <, > and control characters',
    },
  );
}

/** Puts the signature in as the last header, its lines continued by a space. */
export function withSignature(commit: string, armored: string, format: 'sha1' | 'sha256'): string {
  const end = commit.indexOf('\n\n');
  const header = format === 'sha1' ? 'gpgsig' : 'gpgsig-sha256';
  return `${commit.slice(0, end)}\n${header} ${armored.replaceAll('\n', '\n ')}${commit.slice(end)}`;
}

/** The reverse: what was signed, and the signature; undefined: the commit carries none. */
export function splitSignature(commit: string): { signed: string; armored: string } | undefined {
  const end = commit.indexOf('\n\n');
  const lines = commit.slice(0, end).split('\n');
  const from = lines.findIndex((line) => signatureHeaders.some((header) => line.startsWith(header)));
  if (from < 0) return undefined;
  let to = from + 1;
  while (lines[to]?.startsWith(' ')) to += 1;
  const armored = lines.slice(from, to).map((line) => line.slice(line.indexOf(' ') + 1));
  const signed = [...lines.slice(0, from), ...lines.slice(to)].join('\n') + commit.slice(end);
  return { signed, armored: armored.join('\n') };
}

/** True when the raw commit object carries `key`'s signature. For verifiers that have no git or ssh-keygen. */
export function isCommitSignedBy(key: KeyObject, commit: string): boolean {
  const parts = splitSignature(commit);
  if (parts === undefined) return false;
  return verifyArmoredSignature(key, Buffer.from(parts.signed), signatureNamespace, parts.armored);
}
