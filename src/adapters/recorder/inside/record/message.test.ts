import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Message, tellMessage } from './message.ts';

const message = (head: readonly string[], body = '', more: Partial<Message> = {}): Message => ({
  head: [...head, '', ''].join('\r\n'),
  body: Buffer.from(body),
  bodyBytes: Buffer.byteLength(body),
  ...more,
});
const facetsOf = (told: Message) =>
  Object.fromEntries((tellMessage(told)?.facets ?? []).map(({ facet, told: { digest } }) => [facet, digest]));
const get = (url: string, ...headers: readonly string[]) => message([`GET ${url} HTTP/1.1`, ...headers]);
const request = { method: 'GET', url: '/a?b=1' };
const answer = (status: number, headers: readonly string[], body: string) =>
  message([`HTTP/1.1 ${status} Whatever`, ...headers], body, { request });
const json = 'Content-Type: application/json';
const parts = (delimiter: string, value: string) =>
  `--${delimiter}\r\nContent-Disposition: form-data; name="a"\r\n\r\n${value}\r\n--${delimiter}--\r\n`;
const form = (boundary: string) => `Content-Type: multipart/form-data; boundary=${boundary}`;

describe('a message as it is compared', () => {
  it('has one name however its address is written, and another digest', () => {
    const [plain, escaped] = [get('/a%20b?tags[]=x'), get('/a%20b?tags%5B%5D=x')];
    expect(tellMessage(plain)?.name).toBe('request GET /a b');
    expect(tellMessage(escaped)?.name).toBe('request GET /a b');
    expect(facetsOf(plain)).not.toEqual(facetsOf(escaped));
    expect(tellMessage(answer(200, [], ''))?.name).toBe('response to GET /a?b=1');
  });

  it.each<[string, Message, Message]>([
    ['the version of the sender', get('/', 'User-Agent: a/1'), get('/', 'user-agent: a/2')],
    ['the connection', get('/', 'Connection: close', 'Host: x:1'), get('/', 'Host: x:2')],
    ['the case of a name', get('/', 'Cookie: a'), get('/', 'cookie:  a')],
    ['the order of keys', answer(200, [json], '{"a":1,"b":2}'), answer(200, [json], '{"b":2,"a":1}')],
    ['what a failure says', answer(500, [], 'at a.js:1:2'), answer(500, [], 'at a.js:3:4')],
    ['what parts a form', answer(200, [], parts('----x-1', 'b')), answer(200, [], parts('----y', 'b'))],
    ['what a form is said to be parted by', get('/', form('x-1')), get('/', form('"y z"'))],
    ['the port of an own server', get('http://127.0.0.1:41234/'), get('http://127.0.0.1:41235/')],
  ])('is the same but for %s', (_name, one, other) => {
    expect(facetsOf(one)).toEqual(facetsOf(other));
  });

  it.each<[string, Message, Message]>([
    ['status', answer(200, [], ''), answer(201, [], '')],
    ['cookie', answer(200, ['Set-Cookie: a=1'], ''), answer(200, ['Set-Cookie: a=1; Secure'], '')],
    ['place', answer(302, ['Location: /a'], ''), answer(302, ['Location: //a'], '')],
    ['text', answer(200, [], 'a'), answer(200, [], 'b')],
    ['value', answer(200, [json], '{"a":1}'), answer(200, [json], '{"a":"1"}')],
    ['part of a form', answer(200, [], parts('x', 'b')), answer(200, [], parts('x', 'c'))],
    ['kind of form', get('/', form('x')), get('/', 'Content-Type: multipart/mixed; boundary=x')],
    ['line, where nothing ends', answer(200, [], '--x\nb'), answer(200, [], '--y\nb')],
    ['credentials', get('/', 'Authorization: a'), get('/', 'Authorization: b')],
  ])('differs by its %s', (_name, one, other) => {
    expect(facetsOf(one)).not.toEqual(facetsOf(other));
  });

  it('is known by its size alone where it is large, and not by bytes that are no text', () => {
    const large = answer(200, [json], '{}');
    const other = { ...large, body: Buffer.from('[]') };
    expect(facetsOf({ ...large, bodyBytes: 9 })).toEqual(facetsOf({ ...other, bodyBytes: 9 }));
    expect(facetsOf({ ...large, bodyBytes: 9 })).not.toEqual(facetsOf({ ...large, bodyBytes: 8 }));
    const zipped = [gzipSync('a'), gzipSync('b')].map((body) => ({
      ...answer(200, [], ''),
      body,
      bodyBytes: 21,
    }));
    expect(zipped.map(facetsOf)[0]).toEqual(zipped.map(facetsOf)[1]);
    for (const header of ['Content-Encoding: gzip', 'Content-Type: image/png'])
      expect(facetsOf(answer(200, [header], 'a'))).toEqual(facetsOf(answer(200, [header], 'b')));
  });

  it('is none that is not of HTTP/1', () => {
    expect(tellMessage(message(['nonsense']))).toBeUndefined();
    expect(tellMessage({ ...message(['nonsense']), request })).toBeUndefined();
  });
});
