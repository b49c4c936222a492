import { AutolandError } from '../../domain/errors.ts';
import type { Selection } from './snapshot.ts';

/**
 * A selector is what every flagd client lets a person set. flagd's own clients have no place for a token, so it may
 * stand here: `service=shop,token=…`. A part without a name is a service.
 */
export type Selector = Selection & { readonly token: string | null };

const longest = 500;
const nothing: Selector = { service: null, token: null };
const mend = 'write it as service=shop, or service=shop,token=TOKEN; leave it out for all flags';

/** Throws `usage`. Empty means all flags. */
export function parseSelector(text: string): Selector {
  if (text.length > longest) throw wrong(`found ${text.length} characters`);
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').reduce(withPart, nothing);
}

function withPart(known: Selector, part: string): Selector {
  const [name, value] = part.includes('=') ? splitOnce(part) : (['service', part] as const);
  if (name !== 'service' && name !== 'token') throw wrong(`found ${JSON.stringify(name.slice(0, 40))}`);
  if (value === '' || known[name] !== null) throw wrong(`found ${name} ${value === '' ? 'empty' : 'twice'}`);
  return { ...known, [name]: value };
}

function splitOnce(part: string): readonly [string, string] {
  const at = part.indexOf('=');
  return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}

/** What is found is never quoted whole: there may be a token in it. */
function wrong(found: string): AutolandError {
  return new AutolandError('usage', `expected a selector with service and token at most, ${found}`, { mend });
}
