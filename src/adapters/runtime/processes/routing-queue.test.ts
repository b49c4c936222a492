import { describe, expect, it } from 'vitest';
import { RoutingQueue } from './routing-queue.ts';

const never = () => new Promise<void>(() => {});

describe('RoutingQueue', () => {
  it('keeps the order, whatever each took and however it ended', async () => {
    const queue = new RoutingQueue();
    const done: string[] = [];
    const act = (name: string, ms: number) => async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      done.push(name);
      if (name === 'b') throw new Error('b');
    };
    const all = [queue.push(act('a', 20)), queue.push(act('b', 5)), queue.push(act('c', 0))];
    expect((await Promise.allSettled(all)).map((one) => one.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('gives up what takes too long, tells it so, and goes on', async () => {
    const queue = new RoutingQueue(20);
    let given: AbortSignal | undefined;
    const stuck = queue.push((signal) => {
      given = signal;
      return never();
    });
    const next = queue.push(async () => 'next');
    await expect(stuck).rejects.toMatchObject({ code: 'runtime.unreachable' });
    expect(given?.aborted).toBe(true);
    expect(await next).toBe('next');
    await queue.idle();
  });
});
