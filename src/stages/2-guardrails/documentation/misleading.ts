import { domainToUnicode } from 'node:url';
import type { DocumentLink } from '../../../domain/document.ts';
import { targetOf } from './target.ts';

/** Why a link is not what it looks like; undefined: it is. */
export function deceit({ url, text, image }: DocumentLink, from: string): string | undefined {
  const target = targetOf(url, from, image);
  if (target.kind === 'unsafe') return `it is a ${target.scheme}: URL`;
  if (target.kind !== 'external') return undefined;
  const { hostname, username, password } = target.url;
  if (username !== '' || password !== '')
    return `what stands before the @ is not where it leads: ${hostname}`;
  const host = domainToUnicode(hostname);
  if (isLookAlike(host)) return `the name ${hostname} looks like another one`;
  const shown = shownHost(text);
  return shown === undefined || isSameSite(shown, hostname)
    ? undefined
    : `it shows ${shown} and leads to ${hostname}`;
}

/** The host that a text names, where it reads as a URL; `node.js` and `socket.io` are names of things. */
function shownHost(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim();
  if (!/^[^\s]{4,300}$/.test(plain)) return undefined;
  const isUrl = /^(https?:\/\/|www\.)/i.test(plain) || /^([\w-]+\.)+(com|net|org|gov|edu)(\/|$)/i.test(plain);
  if (!isUrl) return undefined;
  const host = URL.parse(/^https?:/i.test(plain) ? plain : `https://${plain}`)?.hostname;
  return host === undefined || host === '' ? undefined : host;
}

function isSameSite(one: string, other: string): boolean {
  const [a, b] = [one, other].map((host) => host.replace(/^www\./, '').replace(/\.$/, ''));
  return a === b || a?.endsWith(`.${b}`) === true || b?.endsWith(`.${a}`) === true;
}

/** Letters of Cyrillic, Greek, Armenian and Cherokee that are drawn as Latin ones. Unicode TR 39, confusables. */
const drawnAsLatin = /^[\w\-ӏӀаАеЕоОрРсСуУхХіІјЈѕЅԁһНТВМКԛԝɡαΑΒΕΖΗΙΚΜΝοΟΡΤΥΧνοрգհոսցօᎪᎬᎻᏀᏃᏢᏚ]+$/u;
const other = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** A label that mixes scripts, or that is made of look-alikes alone. */
function isLookAlike(host: string): boolean {
  return host
    .split('.')
    .some((label) => other.test(label) && (/\p{Script=Latin}/u.test(label) || drawnAsLatin.test(label)));
}
