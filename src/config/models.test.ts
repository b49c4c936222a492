import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig } from './config.ts';
import { parseModelServers } from './model-servers.ts';

function problems(text: string): readonly string[] {
  const check = checkConfig(`version: 1\n${text}`);
  return check.ok ? [] : check.problems.map(({ path, message, mend }) => `${path}: ${message}; ${mend}`);
}

const opus = 'opus: { provider: anthropic, model: claude-opus-5-5, family: claude';

describe('models', () => {
  it('need a provider, a model and a family', () => {
    expect(problems(`models: { ${opus} } }`)).toEqual([]);
    expect(problems('models: { opus: {} }').map((one) => one.split(':')[0])).toEqual([
      'models.opus.provider',
      'models.opus.model',
      'models.opus.family',
    ]);
  });

  it.each([
    [`models: { ${opus}, url: 'https://evil.example' } }`, /models\.opus.*expected a known key, found "url"/],
    [`models: { ${opus}, keyFile: /etc/shadow } }`, /expected a known key, found "keyFile"/],
    [
      'models: { Opus: { provider: anthropic, model: m, family: claude } }',
      /expected a name of lower-case letters/,
    ],
    [
      'models: { a: { provider: mistral, model: m, family: f } }',
      /expected one of: anthropic, openai, openai-compatible/,
    ],
    ['models: { a: { provider: openai, model: "a b", family: f } }', /the name that the server knows/],
    [`models: { ${opus}, prices: { input: -1, output: 2 } } }`, /dollars for a million tokens/],
  ])('refuse %s', (text, message) => {
    expect(problems(text)).toEqual([expect.stringMatching(message)]);
  });

  it('need prices where dollars are limited', () => {
    const limit = 'limits: { models: { perDay: { dollars: 20 } } }';
    expect(problems(`models: { ${opus} } }\n${limit}`)).toEqual([
      expect.stringMatching(/^models\.opus\.prices: expected prices, since limits\.models counts dollars/),
    ]);
    expect(problems(`models: { ${opus}, prices: { input: 5, output: 25 } } }\n${limit}`)).toEqual([]);
    expect(problems(limit)).toEqual([]);
  });

  it('are limited where nothing is said', () => {
    const check = checkConfig('version: 1\n');
    expect(check.ok && check.config.limits.models).toEqual({
      perChange: { tokens: 3_000_000, dollars: null, minutes: null },
      perDay: { tokens: 30_000_000, dollars: null, minutes: null },
    });
  });
});

describe('models.yaml of a machine', () => {
  const parse = (servers: string) =>
    parseModelServers(`version: 1\nservers: { ${servers} }\n`, 'models.yaml');

  it('says where servers are', () => {
    expect(parse('anthropic: { provider: anthropic, keyFile: /run/secrets/anthropic }')).toEqual({
      anthropic: {
        ...{ provider: 'anthropic', url: null, keyFile: '/run/secrets/anthropic' },
        ...{ insecure: false, scripted: false },
      },
    });
    for (const url of ['http://127.0.0.1:11434/v1', 'http://[::1]:8080/v1', 'https://gpu.example/v1/'])
      expect(parse(`gpu: { provider: openai-compatible, url: "${url}" }`)).toHaveProperty('gpu.url', url);
    expect(
      parse('gpu: { provider: openai-compatible, url: "http://gpu:8000/v1", insecure: true }'),
    ).toHaveProperty('gpu');
  });

  it.each([
    ['gpu: { provider: openai-compatible }', /servers\.gpu\.url: expected a URL: only you know/],
    [
      'gpu: { provider: openai-compatible, url: "http://gpu:8000/v1" }',
      /expected https, or http to this machine.*insecure: true/,
    ],
    [
      'gpu: { provider: openai, url: "http://gpu:8000/v1", insecure: true, keyFile: /k }',
      /servers\.gpu\.keyFile: expected no key for http/,
    ],
    ['a: { provider: openai, url: "https://me:secret@a.example" }', /without user name, password/],
    ['a: { provider: openai, url: "https://a.example/?key=1" }', /without user name, password/],
    ['a: { provider: openai, url: "file:///etc/passwd" }', /begins with http/],
    ['a: { provider: openai, keyFile: key }', /expected an absolute path/],
    ['a: { provider: openai, key: sk-1 }', /expected a known key, found "key"; .*keyFile/],
  ])('refuses %s', (servers, message) => {
    expect(() => parse(servers)).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringMatching(message) }),
    );
  });

  it('repeats no key that stands where its file should', () => {
    const key = `sk-${'a1B2'.repeat(8)}`;
    expect(() => parse(`a: { provider: openai, keyFile: ${key} }`)).toThrow(/\[masked\]/);
    expect(() => parse(`a: { provider: openai, keyFile: ${key} }`)).not.toThrow(key);
  });

  it('names line and column', () => {
    expect(() => parseModelServers('version: 1\nservers:\n  a:\n    provider: x\n', '/etc/m.yaml')).toThrow(
      /^\/etc\/m\.yaml:4:15: servers\.a\.provider: expected one of/,
    );
    expect(() => parseModelServers('servers: [', '/etc/m.yaml')).toThrow(/^\/etc\/m\.yaml:1:/);
  });
});

describe('docs/guide/models.md', () => {
  const guide = readFileSync(new URL('../../docs/guide/models.md', import.meta.url), 'utf8');
  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

  it('shows files that are accepted', () => {
    const [repository = '', machine = ''] = blocks;
    expect(repository).toContain('limits:');
    const check = checkConfig(repository);
    expect(check.ok ? [] : check.problems).toEqual([]);
    expect(Object.keys(parseModelServers(machine, 'models.yaml'))).toContain('anthropic');
  });
});
