import { describe, expect, it } from 'vitest';
import { ChildSecretScanner } from './child-secret-scanner.ts';

const scanner = new ChildSecretScanner();

/** Put together here, so that scanners of this repository are not alarmed. */
const random = (length: number) => 'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9wY1bD3'.slice(0, length);
const secrets = {
  github: `ghp_${random(36)}`,
  npm: `npm_${random(36)}`,
  aws: `AKIA${'QYLPMN5HHHFPZAM2'}`,
  key: `-----BEGIN ${'PRIVATE KEY'}-----\nMC4CAQAwBQYDK2VwBCIEIK${random(40)}\n-----END`,
  url: `https://deploy:${random(14)}@git.corp.io/x.git`,
  jwt: `${jwtPart({ alg: 'HS256' })}.${jwtPart({ sub: 'a7' })}.${random(43)}`,
};

function jwtPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function scan(text: string, path = 'src/a.ts') {
  const answers = await scanner.scan([{ id: 'x', path, text }]);
  return answers.get('x')?.map(({ rule, certain, line }) => `${rule}:${line}${certain ? '' : '?'}`);
}

describe('ChildSecretScanner', () => {
  it.each<[string, string, string, string[]]>([
    ['a token of GitHub', 'a.ts', `// x\nconst t = "${secrets.github}";`, ['github:2']],
    ['a token of npm, despite a comment', 'a.ts', `// secretlint-disable\n${secrets.npm}`, ['npm:2']],
    ['such a comment for the line', 'a.ts', `${secrets.npm} // secretlint-disable-line`, ['npm:1']],
    ['a key id of AWS', 'a.txt', secrets.aws, ['aws-key-id:1']],
    ['a private key, cut off', 'a.txt', secrets.key, ['private-key:2']],
    ['one within JSON', 'a.json', JSON.stringify({ k: secrets.key }), ['private-key:1']],
    ['a URL with a password', 'a.md', secrets.url, ['basicauth:1']],
    ['a JWT', 'a.md', `Bearer ${secrets.jwt}`, ['jwt:1']],
    ['an auth line of npm', 'x/y', `//r.corp.io/:_auth=${random(20)}`, ['npmrc:1']],
    ['a random value in a program', 'a.ts', `const apiKey = '${random(32)}';`, ['random-value:1?']],
    ['a random value of settings', '.env', `DB_PASSWORD=${random(24)}`, ['random-value:1?']],
  ])('finds %s', async (_what, path, text, expected) => {
    expect(await scan(text, path)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['integrity in a lockfile', 'package-lock.json', `"integrity": "sha512-${random(48)}=="`],
    ['a name of a thing', 'a.ts', "const tokenKey = 'refreshTokenExpiresInSeconds';"],
    ['a placeholder', 'README.md', 'password: "your-password-goes-here-123"'],
    ['a sample URL', 'README.md', 'https://user:pass@example.com/'],
    ['a variable in a URL', 'ci.yml', 'https://x:$' + '{TOKEN}@git.corp.io/'],
    ['a variable in .npmrc', '.npmrc', '//r.corp.io/:_authToken=$' + '{NPM_TOKEN}'],
    [
      'the header of a key in a program',
      'a.ts',
      "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) return;",
    ],
    ['the sample of AWS', 'a.md', 'AKIAIOSFODNN7EXAMPLE'],
    ['a random value of a fixture', 'test/fixtures/a.json', `{"token": "${random(32)}"}`],
    ['a call', 'a.ts', 'const token = await readTokenFromVault1(store, 99);'],
  ])('lets %s pass', async (_what, path, text) => {
    expect(await scan(text, path)).toEqual([]);
  });

  it('hands out nothing of what it finds', async () => {
    const all = Object.values(secrets).join('\n');
    const answers = await scanner.scan([{ id: 'x', path: 'a.txt', text: all }]);
    const said = JSON.stringify([...answers]);
    expect(answers.get('x')?.length).toBeGreaterThanOrEqual(6);
    for (const secret of Object.values(secrets)) {
      for (let at = 0; at + 8 <= secret.length; at += 4) expect(said).not.toContain(secret.slice(at, at + 8));
    }
  });

  it('knows the same credential again within one call, and not in another', async () => {
    const one = { id: 'a', path: 'a.ts', text: `x = "${secrets.github}"` };
    const other = { id: 'b', path: 'b.md', text: `\n\nsee ${secrets.github}.` };
    const print = (answers: Awaited<ReturnType<typeof scanner.scan>>, id: string) =>
      answers.get(id)?.[0]?.fingerprint;
    const first = await scanner.scan([one, other]);
    expect(print(first, 'a')).toBe(print(first, 'b'));
    expect(print(first, 'a')).not.toBe(print(await scanner.scan([one]), 'a'));
  });

  it('opens no file, whatever a path says', async () => {
    for (const path of ['/etc/hostname.p12', '../../x.P12', '__proto__', 'a\0b.json', '.npmrc', '', 'a/']) {
      expect(await scan('nothing', path)).toEqual([]);
    }
  });

  it('survives text that is made to be slow, and answers nothing when it takes too long', async () => {
    const hostile = ['eyJ-', 'a://', '-----BEGIN PRIVATE KEY-----', 'token=', 'https://a:'].map((part) =>
      part.repeat(100_000),
    );
    const texts = hostile.map((text, at) => ({ id: String(at), path: 'a.yml', text }));
    for (const [id] of await new ChildSecretScanner({ timeoutMs: 20_000 }).scan(texts)) {
      expect(texts.map((text) => text.id)).toContain(id);
    }
    expect((await new ChildSecretScanner({ timeoutMs: 1 }).scan(texts)).size).toBe(0);
  });
});
