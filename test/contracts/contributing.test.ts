import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/domain/change.ts';
import type { Finding } from '../../src/stages/2-guardrails/facts.ts';
import { sampleFile } from '../../src/testing/changes.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = pathToFileURL(join(root, 'src', 'stages', '2-guardrails', '/')).href;

/** The first block of TypeScript in CONTRIBUTING.md, as it stands there; only its imports are told where they lie. */
function example(): string {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const block = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (block === undefined) throw new Error('CONTRIBUTING.md shows no guardrail');
  return block.replaceAll(/from '\.\/([\w-]+\.ts)'/g, (_all, name: string) => `from '${folder}${name}'`);
}

describe('the guardrail that CONTRIBUTING.md shows', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-contributing-'));
    writeFileSync(join(dir, 'case-clash.ts'), example());
    writeFileSync(
      join(dir, 'ask.ts'),
      `import { caseClash } from './case-clash.ts';
const files = JSON.parse(process.argv[2]);
process.stdout.write(JSON.stringify(caseClash.check(files === null ? {} : { diff: { files } }) ?? null));`,
    );
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  function ask(files: readonly FileChange[] | null): Finding | null {
    const args = [join(dir, 'ask.ts'), JSON.stringify(files)];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Finding | null;
  }

  it('fails what it is for', () => {
    const clash = ask([sampleFile('src/Index.ts'), sampleFile('src/index.ts')]);
    expect(clash).toMatchObject({ verdict: 'fail', code: 'case-clash.found' });
    expect(clash?.reason).toContain('src/Index.ts and src/index.ts');
  });

  it('lets the rest pass, also a rename of case alone', () => {
    const renamed = [sampleFile('README.md'), sampleFile('readme.md', { status: 'deleted' })];
    for (const files of [[], [sampleFile('a')], renamed])
      expect(ask(files)).toMatchObject({ verdict: 'pass', code: 'case-clash.none' });
  });

  it('is not asked without the fact that it needs', () => {
    expect(ask(null)).toBeNull();
  });
});
