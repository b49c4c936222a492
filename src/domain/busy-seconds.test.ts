import { expect, it } from 'vitest';
import { Seconds } from './busy-seconds.ts';

it('adds whom somebody else has counted to those who are known', () => {
  const seconds = new Seconds();
  seconds.answered('u1', true, 1000);
  seconds.answered('u1', false, 1500);
  seconds.counted({ users: 10, failingUsers: 2 }, 1600);
  seconds.counted({ users: 5, failingUsers: 0 }, 2000);
  expect(seconds.all(3000)).toEqual({
    from: '1970-01-01T00:00:01.000Z',
    users: [11, 5],
    failingUsers: [3, 0],
  });
});
