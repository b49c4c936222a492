import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestRepository } from '../adapters/git-host/local/test-repository.ts';
import { agentNames } from '../domain/agents.ts';
import { openRepository } from './place/repository.ts';
import { type SubmitWish, submitRef } from './submit.ts';

let host: TestRepository;
let base: string;
beforeEach(() => {
  host = new TestRepository();
  const rules = { 'autoland.yaml': 'version: 1\n', 'policy.cedar': '' };
  const files = Object.entries(rules).map(([name, content]) => ({ path: `.autoland/${name}`, content }));
  base = host.seed(files.map((file) => ({ ...file, mode: '100644' })));
});
afterEach(() => host.remove());

const place = () => ({ repo: host.dir, state: join(host.top, 'state') });
const hand = (ref: string, over: Partial<SubmitWish> = {}) =>
  submitRef(place(), { ref, actor: 'person:a', dryRun: false, ...over });

function push(ref: string, message: string): string {
  const commit = host.commit(host.git(['write-tree']), [base], message);
  host.git(['update-ref', ref, commit]);
  return commit;
}

async function refOf(change: string): Promise<string> {
  await using repository = await openRepository(place(), 'read');
  return (await repository.change(change)).state.proposal.ref;
}

describe('a change that is handed in', () => {
  it('takes the place of an older one of its branch, however that is written', async () => {
    push('refs/heads/fix', 'one');
    const older = await hand('fix');
    push('refs/heads/fix', 'two');
    expect((await hand('refs/heads/fix')).supersedes).toEqual([older.change]);
    push('refs/heads/fix', 'three');
    expect(await refOf((await hand('fix')).change)).toBe('refs/heads/fix');
  });

  it('is of a branch before a tag, and of a commit where that is named', async () => {
    push('refs/tags/both', 'tag');
    push('refs/heads/both', 'branch');
    expect(await refOf((await hand('both')).change)).toBe('refs/heads/both');
    push('refs/tags/v1', 'v1');
    expect(await refOf((await hand('v1')).change)).toBe('refs/tags/v1');
    const commit = push('refs/heads/other', 'other');
    expect(await refOf((await hand(commit)).change)).toBe(commit);
  });

  it.each([...agentNames, 'model'])('is not that of %s, whose word is believed', async (name) => {
    push('refs/heads/fix', 'one');
    const asked = hand('fix', { source: `agent:${name}`, dryRun: true });
    await expect(asked).rejects.toMatchObject({ code: 'usage', mend: expect.stringContaining('own agents') });
  });
});
