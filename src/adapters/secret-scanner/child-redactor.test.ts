import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChildRedactor } from './child-redactor.ts';
import { ChildSecretScanner } from './child-secret-scanner.ts';
import { redactText } from './redact-text.ts';

/** Put together here, so that scanners of this repository are not alarmed. */
const random = (length: number) =>
  'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9wY1bD3fG5hJ7kL'.repeat(8).slice(0, length);
const token = `ghp_${random(36)}`;
const body = `MC4CAQAwBQYDK2VwBCIEIK${random(40)}\n${random(64)}\n${random(30)}==`;
const header = `-----BEGIN ${'PRIVATE KEY'}-----`;
const pem = `${header}\n${body}\n-----END ${'PRIVATE KEY'}-----`;

const redactor = new ChildRedactor();
const redact = async (text: string) =>
  (await redactor.redact([{ id: 'x', path: 'said.env', text }])).get('x');

describe('ChildRedactor', () => {
  it('takes out the credential, and leaves what stands around it', async () => {
    expect(await redact(`before\nuse ${token} now\nafter`)).toEqual({
      text: 'before\nuse [redacted: github] now\nafter',
      redactions: [{ rule: 'github', line: 2 }],
    });
  });

  it.each([
    ['a whole private key', `a\n${pem}\nb`],
    ['one that was cut off', `a\n${header}\n${body}`],
    ['one as JSON writes it', JSON.stringify({ key: pem, next: 'b' })],
    [
      'one within a URL, certain and guessed at once',
      `password = "https://deploy:${random(24)}@git.corp.io/x"`,
    ],
    ['an unquoted value of settings', `DB_PASSWORD=${random(24)}`],
  ])('leaves nothing of %s', async (_what, text) => {
    const redacted = await redact(text);
    for (let at = 0; at + 12 < 30; at += 6)
      expect(redacted?.text, redacted?.text).not.toContain(random(30).slice(at, at + 12));
    expect(redacted?.redactions.length).toBeGreaterThan(0);
  });

  it('leaves alone what holds none', async () => {
    const texts = [
      '',
      'const token = await read();',
      `if (text.startsWith('${header}')) return;`,
      '💥\ud800',
    ];
    for (const text of texts) expect((await redactText('said.env', text)).text).toBe(text);
  });

  it('takes out whatever the scanner finds, however many there are', async () => {
    const many = Array.from({ length: 300 }, (_, n) => `ghp_${n.toString(36).padStart(4, 'Q')}${random(32)}`);
    const redacted = await redact(many.join('\n'));
    expect(redacted?.redactions).toHaveLength(300);
    expect(redacted?.text).not.toContain('ghp_');
    const again = [{ id: 'x', path: 'said.env', text: redacted?.text ?? '' }];
    expect((await new ChildSecretScanner().scan(again)).get('x')).toEqual([]);
  });

  it('never keeps a token that stands between any other texts', async () => {
    const around = fc.string({
      unit: fc.constantFrom(' ', '\n', 'a', '"', "'", '=', ':', '\\', '/', '-', '.'),
    });
    await fc.assert(
      fc.asyncProperty(around, around, async (before, after) => {
        const { text } = await redactText('said.env', `${before} ${token} ${after}`);
        expect(text).not.toContain(token);
      }),
      { numRuns: 60 },
    );
  });

  it('answers nothing for a child that was too slow', async () => {
    const slow = new ChildRedactor({ timeoutMs: 1 });
    expect((await slow.redact([{ id: 'x', path: 'a', text: 'x' }])).size).toBe(0);
  });
});
