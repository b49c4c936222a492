import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBlob } from './blobs.ts';
import { GitView } from './git-view.ts';
import { locateRepository } from './repository.ts';
import { TestRepository } from './test-repository.ts';

describe('readBlob', () => {
  let repository: TestRepository;
  let view: GitView;
  beforeEach(async () => {
    repository = new TestRepository();
    view = await GitView.open(await locateRepository(repository.dir));
  });
  afterEach(async () => {
    await view.close();
    repository.remove();
  });

  it('reads what is asked for at the same time, each by its name', async () => {
    const texts = Array.from({ length: 300 }, (_none, at) => `text ${at}\n`);
    const oids = [...texts, ''].map((text) => repository.blob(text));
    const read = await Promise.all(oids.map((oid) => readBlob(view, oid)));
    expect(read.map(String)).toEqual([...texts, '']);
  });

  it('fails whoever asked for what is missing, or is no blob, and nobody else', async () => {
    const [one, other] = [repository.blob('one'), repository.blob('other')];
    const tree = repository.tree([['100644', 'one', one]]);
    const asked = [one, '0'.repeat(40), tree, other].map((oid) => readBlob(view, oid));
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: Buffer.from('one') },
      { reason: { code: 'git.failed' } },
      { reason: { code: 'git.failed' } },
      { value: Buffer.from('other') },
    ]);
  });
});
