import { afterEach, beforeEach, expect, it } from 'vitest';
import type { IssueSource } from '../../ports/issue-source.ts';

/** Where issues are written down for a test, and the source that reads them. */
export type IssueWorld = {
  readonly source: IssueSource;
  /** Labels it by somebody who may; answers its id. */
  write(issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] }): string;
  rewrite(id: string, body: string): void;
  finish(id: string): void;
  /** More than the source looks at. */
  readonly tooMany: number;
  close(): Promise<void>;
};

/** What every IssueSource must do. */
export function issueSourceContract(make: () => Promise<IssueWorld>): void {
  let world: IssueWorld;
  beforeEach(async () => {
    world = await make();
  });
  afterEach(() => world.close());

  const labelled = {
    title: 'Say the port',
    body: 'In README.md,\r\n\tplease: `a  b`\n',
    labels: ['autoland'],
  };
  const ids = async (label = 'autoland') => (await world.source.list(label)).issues.map(({ id }) => id);

  it('lists those that bear the label, and no other', async () => {
    const id = world.write(labelled);
    const other = world.write({ ...labelled, labels: ['bug', 'question'] });
    world.write({ ...labelled, labels: [] });
    expect(await world.source.list('autoland')).toMatchObject({ issues: [{ id }], isWhole: true });
    expect(await ids('question')).toEqual([other]);
    expect(await ids('auto')).toEqual([]);
  });

  it('lists none that is done, and does not read it as open', async () => {
    const id = world.write(labelled);
    world.finish(id);
    expect(await ids()).toEqual([]);
    expect((await world.source.read(id))?.isOpen).not.toBe(true);
  });

  it('reads it to the letter', async () => {
    const id = world.write(labelled);
    expect(await world.source.read(id)).toMatchObject({ id, ...labelled, isOpen: true });
  });

  it('has another version of what has changed, and the same of what has not', async () => {
    const [one, other] = [world.write(labelled), world.write({ ...labelled, title: 'Other' })];
    const before = (await world.source.list('autoland')).issues;
    expect((await world.source.list('autoland')).issues).toEqual(before);
    world.rewrite(one, 'Something else.');
    const after = (await world.source.list('autoland')).issues;
    const versions = (refs: typeof before, id: string) => refs.find((ref) => ref.id === id)?.version;
    expect(versions(after, one)).not.toBe(versions(before, one));
    expect(versions(after, other)).toBe(versions(before, other));
    expect((await world.source.read(one))?.body).toContain('Something else.');
  });

  it('knows nothing of names that are none of its own', async () => {
    world.write(labelled);
    for (const id of [
      '',
      '1',
      '../../etc/passwd',
      'acme/other#1',
      'acme/shop#0',
      'acme/shop#1/../2',
      '.autoland/issues/../autoland.yaml',
    ])
      expect(await world.source.read(id)).toBeUndefined();
  });

  it('says where there are more than it looks at', async () => {
    for (let at = 0; at < world.tooMany; at += 1) world.write({ ...labelled, title: `No. ${at}` });
    const { issues, isWhole } = await world.source.list('autoland');
    expect(isWhole).toBe(false);
    expect(issues.length).toBeLessThan(world.tooMany);
  });

  it('ends with the signal', async () => {
    world.write(labelled);
    const asked = world.source.list('autoland', AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ code: 'issues.unreachable' });
  });
}
