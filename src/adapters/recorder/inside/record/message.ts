import { type Told, tell } from './digest.ts';

/** One HTTP message that a process has sent. */
export type Message = {
  /** As it went out: the first line, then a line for each header. */
  readonly head: string;
  /** Its first bytes. */
  readonly body: Uint8Array;
  /** Of all of it. */
  readonly bodyBytes: number;
  /** What a response answers. */
  readonly request?: { readonly method: string; readonly url: string };
};

export type ToldMessage = {
  /** The same for what is meant to be the same: addresses are decoded in it. */
  readonly name: string;
  readonly facets: readonly { readonly facet: string; readonly told: Told }[];
};

/** What a program acts on. Others tell of the sender's version, of the time or of the connection. */
const requestHeaders = ['content-type', 'authorization', 'cookie'];
const responseHeaders = ['content-type', 'location', 'set-cookie'];

/** undefined: it is no message of HTTP/1. */
export function tellMessage(message: Message): ToldMessage | undefined {
  const [first = '', ...lines] = message.head.split('\r\n');
  return message.request === undefined
    ? tellRequest(first, lines, message)
    : tellResponse(first, lines, message, message.request);
}

function tellRequest(first: string, lines: readonly string[], message: Message): ToldMessage | undefined {
  const [, method, url] = /^(\S+) (\S+) HTTP\/1/.exec(first) ?? [];
  if (method === undefined || url === undefined) return undefined;
  return {
    name: `request ${method} ${decoded(url.replace(/\?.*/s, ''))}`,
    facets: [
      { facet: 'result', told: { ...tell(url), type: 'request' } },
      ...headersOf(lines, requestHeaders),
      ...bodyOf(message, lines),
    ],
  };
}

function tellResponse(
  first: string,
  lines: readonly string[],
  message: Message,
  { method, url }: { readonly method: string; readonly url: string },
): ToldMessage | undefined {
  const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(first) ?? [];
  if (status === undefined) return undefined;
  return {
    name: `response to ${method} ${decoded(url)}`,
    facets: [
      { facet: 'result', told: { type: `status ${status}`, digest: status, shown: status } },
      ...headersOf(lines, responseHeaders),
      // What a failure says is for people, and often where in a package's files it happened.
      ...(Number(status) < 400 ? bodyOf(message, lines) : []),
    ],
  };
}

function headersOf(lines: readonly string[], wanted: readonly string[]): ToldMessage['facets'] {
  return wanted.flatMap((name) => {
    const values = valuesOf(lines, name);
    return values.length === 0 ? [] : [{ facet: name, told: tell(values.map(withoutParameter)) }];
  });
}

function valuesOf(lines: readonly string[], name: string): readonly string[] {
  return lines
    .filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() === name)
    .map((line) => line.slice(name.length + 1).trim());
}

/** Texts alone: of other bytes nobody can say what a difference means. The order of keys in JSON is none. */
function bodyOf({ body, bodyBytes }: Message, lines: readonly string[]): ToldMessage['facets'] {
  const [type = 'text/plain'] = valuesOf(lines, 'content-type');
  if (bodyBytes === 0 || !textual.test(type) || valuesOf(lines, 'content-encoding').length > 0) return [];
  if (bodyBytes > body.length) return [{ facet: 'body', told: tell(`${bodyBytes} bytes`) }];
  const text = textOf(body);
  return text === undefined ? [] : [{ facet: 'body', told: tell(/json/i.test(type) ? parsed(text) : text) }];
}

const textual = /^(?:text\/|application\/(?:.*\+)?(?:json|xml|x-www-form-urlencoded))/i;

/** Whatever it is said to be. */
function textOf(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return /[^\P{Cc}\t\r\n]/u.test(text) ? undefined : withoutDelimiter(text);
  } catch {
    return undefined;
  }
}

/** What parts a multipart body is drawn at random each time (RFC 2046, section 5.1.1): which it was says nothing of who sent it. */
function withoutDelimiter(text: string): string {
  const [, delimiter] = /^(--[\w'()+,./:=? -]{1,70})\r?\n/.exec(text) ?? [];
  if (delimiter === undefined || !text.includes(`\n${delimiter}--`)) return text;
  return text.replaceAll(delimiter, '--…');
}

function withoutParameter(value: string): string {
  return /^multipart\//i.test(value) ? value.replace(/(;\s*boundary=)(?:"[^"]*"|[^;]*)/i, '$1…') : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('+', ' ')).slice(0, 250);
  } catch {
    return url.slice(0, 250);
  }
}
