import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pulse } from './pulse.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of a version that answers or not, and may be revived or not; looked at as the supervisor does for so many seconds. */
function patient(state: { answers: boolean; ours: boolean }) {
  const revived: number[] = [];
  const began = performance.now();
  const pulse = new Pulse({
    answers: async () => state.answers,
    isOurs: () => state.ours,
    revive: async () => void revived.push(Math.round((performance.now() - began) / 1000)),
  });
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds * 4; n += 1) {
      pulse.tend();
      await vi.advanceTimersByTimeAsync(250);
    }
  };
  return { pulse, revived, pass };
}

it('takes a version for gone after three looks in vain, and not after two', async () => {
  const state = { answers: false, ours: true };
  const { pulse, pass } = patient(state);
  await pass(2);
  expect(pulse.isGone).toBe(false);
  await pass(1);
  expect(pulse.isGone).toBe(true);
  state.answers = true;
  await pass(1);
  expect(pulse.isGone).toBe(false);
});

it('revives what is gone ever more seldom, at most every half minute or so', async () => {
  const { revived, pass } = patient({ answers: false, ours: true });
  await pass(300);
  const pauses = revived.slice(1).map((at, n) => at - (revived[n] ?? 0));
  expect(revived[0]).toBeLessThanOrEqual(5);
  expect(pauses.every((pause, n) => n === 0 || pause >= (pauses[n - 1] ?? 0))).toBe(true);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(33);
  expect(revived.length).toBeGreaterThan(8);
});

it('revives nothing that answers, and nothing that is not to run', async () => {
  for (const state of [
    { answers: true, ours: true },
    { answers: false, ours: false },
  ]) {
    const { revived, pass } = patient(state);
    await pass(60);
    expect(revived).toEqual([]);
  }
});
