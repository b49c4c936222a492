import { describe, expect, it } from 'vitest';
import { AtOnce } from './at-once.ts';

describe('what one agent may have open at once', () => {
  it('is bounded for each by itself, and free again however a task ends', async () => {
    const waits = new AtOnce(2, 'waits');
    const ends: PromiseWithResolvers<string>[] = [];
    const begin = (source: string) =>
      waits.run(source, () => {
        const end = Promise.withResolvers<string>();
        ends.push(end);
        return end.promise;
      });
    const mine = [begin('agent:a'), begin('agent:a')];
    const theirs = begin('agent:b');
    await expect(begin('agent:a')).rejects.toMatchObject({
      code: 'agent.busy',
      message: 'expected at most 2 waits of agent:a at once, found one more',
    });
    ends[0]?.resolve('one');
    ends[1]?.reject(new Error('two'));
    expect(await Promise.allSettled(mine)).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
    const more = [begin('agent:a'), begin('agent:a')];
    for (const end of ends.slice(2)) end.resolve('done');
    expect(await Promise.all([...more, theirs])).toEqual(['done', 'done', 'done']);
    expect(ends).toHaveLength(5);
  });
});
