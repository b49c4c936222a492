import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatBody, messagesBody, responsesBody } from '../../testing/proxy-bench.ts';
import { proxiedMessages } from './anthropic/proxied.ts';
import { proxiedChat } from './openai/proxied.ts';
import { proxiedResponses } from './openai-responses/proxied.ts';
import type { ProxiedWire } from './proxied-wire.ts';

const wires: readonly (readonly [string, ProxiedWire, Readonly<Record<string, unknown>>])[] = [
  ['Anthropic', proxiedMessages, messagesBody],
  ['OpenAI', proxiedChat('openai'), chatBody],
  ["OpenAI's responses", proxiedResponses, responsesBody],
];

/** Where an odd thing may stand in a request: anywhere. */
function places(value: unknown, path: readonly (string | number)[] = []): readonly (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]))];
}

function withThing(value: unknown, path: readonly (string | number)[], key: string, thing: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const part of path) {
    const next = at[part];
    if (typeof next !== 'object' || next === null) break;
    at = next as Record<string, unknown>;
  }
  Object.defineProperty(at, key, { value: thing, enumerable: true, configurable: true, writable: true });
  return copy;
}

describe.each(wires)('a request of %s', (_, wire, body) => {
  const key = fc.oneof(
    fc.constantFrom(
      'type',
      'source',
      'url',
      'tools',
      'mcp_servers',
      'container',
      'file_id',
      '__proto__',
      'content',
      'n',
    ),
    // Which no array of a request can have.
    fc.string({ maxLength: 8 }).filter((name) => name !== 'length'),
  );
  const where = fc.constantFrom(...places(body));
  const headers = { 'anthropic-version': '2026-10-21' };
  const oddly = (path: readonly (string | number)[], name: string, thing: unknown) =>
    withThing(body, path, name, thing) as Readonly<Record<string, unknown>>;
  const odd = 'https://evil.example/';

  it('that is odd somewhere is refused or written anew, and never breaks the reader', () => {
    fc.assert(
      fc.property(where, key, fc.jsonValue({ maxDepth: 3 }), (path, name, thing) => {
        const reading = wire.read({ headers, body: oddly(path, name, thing) }, 1_000);
        if ('problem' in reading) expect(reading.problem.length).toBeGreaterThan(0);
        else expect(reading.request.maxOutputTokens).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 2_000 },
    );
  });

  it('carries no word that is not known to a place that the provider would obey', () => {
    const isText = (path: readonly (string | number)[], name: string) =>
      [
        'text',
        'content',
        'description',
        'name',
        'model',
        'input_schema',
        'stop',
        'system',
        'title',
        'data',
        'role',
      ].includes(name) || path.some((part) => part === 'input_schema' || part === 'parameters');
    fc.assert(
      fc.property(
        where,
        key,
        fc.constantFrom(odd, [odd], { url: odd }, [{ type: 'url', url: odd }]),
        (path, name, thing) => {
          fc.pre(!isText(path, name));
          const reading = wire.read({ headers, body: oddly(path, name, thing) }, 1_000);
          if (!('problem' in reading)) expect(JSON.stringify(reading.forward)).not.toContain(odd);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
