import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRange } from './check.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-check-'));
const repo = join(dir, 'repo');
afterAll(() => rmSync(dir, { recursive: true }));
beforeAll(() => {
  // The sandbox's user must pass.
  chmodSync(dir, 0o711);
  mkdirSync(repo);
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'uploadpack.allowFilter', 'true');
  for (const text of ['one\n', 'two\n']) {
    writeFileSync(join(repo, 'a.txt'), text);
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '--quiet', '--message', text.trim());
  }
});

function git(...args: readonly string[]): void {
  execFileSync('git', args, { cwd: repo, stdio: 'pipe' });
}

function check(more: { readonly repo?: string; readonly recordings?: string }) {
  const nothing = () => undefined;
  const wish = { repo, range: 'HEAD~1..HEAD', stopEarly: true, onGuardrail: nothing, onFact: nothing };
  return checkRange({ ...wish, ...more });
}

it.each([
  ['empty', '', /found none/],
  ['of something else', 'a note\n{"a":1}\n', /none that can be read in 2 lines/],
])('refuses recordings that are %s before anything runs', async (_what, text, message) => {
  const recordings = join(dir, 'calls.jsonl');
  writeFileSync(recordings, text);
  await expect(check({ recordings })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
  });
});

describe('what cannot be looked at is told', () => {
  it('in a note, where the index cannot be read', async () => {
    const other = join(dir, 'other');
    git('clone', '--quiet', repo, other);
    writeFileSync(join(other, '.git', 'index'), 'no index');
    const { notes } = await check({ repo: other });
    expect(notes.join()).toContain('whether anything is not committed could not be found out: git');
  });

  it('with its mend, where a partial clone lacks what changed', async () => {
    const partial = join(dir, 'partial');
    const from = `file://${repo}`;
    git('clone', '--quiet', '--filter=blob:none', '--no-checkout', from, partial);
    const { guardrails } = await check({ repo: partial });
    expect(guardrails).toMatchObject([{ name: 'classify', verdict: 'abstain', code: 'git.failed' }]);
    expect(guardrails[0]?.reason).toContain('git fetch --refetch --no-filter');
  });
});

it('takes a TMPDIR that is relative for what it is here', async () => {
  const { TMPDIR: before } = process.env;
  process.env.TMPDIR = relative(process.cwd(), dir);
  try {
    expect(await check({})).toMatchObject({ class: 'other' });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  expect(readdirSync(dir).filter((name) => name.startsWith('autoland-check-'))).toEqual([]);
});
