import { expect, it } from 'vitest';
import { callState, EachState } from './each-state.ts';
import type { Call } from './make-call.ts';

const { open, made, missing, unfinished } = callState;
const call = (name: string): Call => ({ kind: 'call', steps: ['a', name], args: [] });
const key = '0123456789abcdef';

it('knows what it was told, and nothing of lines that are none', () => {
  const state = new EachState(['f', 'g', 'h'].map(call));
  for (const line of ['0', `0 ${made} ${key}`, '1', `1 ${missing} `, '7', '7 1 x', '__proto__', '2 9 x', ''])
    state.told(line);
  expect(state.summary()).toEqual({ states: [made, missing, open], keys: [key, '', 'x'] });
  expect(state.open()).toEqual([2]);
});

it('gives up the call in the middle of which its process is gone', () => {
  const state = new EachState(['f', 'g'].map(call));
  state.told('0');
  expect(state.current).toBe(0);
  state.leave();
  state.restart();
  expect(state.summary().states).toEqual([unfinished, open]);
  expect(state.current).toBeUndefined();
  state.leave();
  expect(state.open()).toEqual([1]);
});

it('gives up a function of which some calls were not finished, and says that what is open has changed', () => {
  const state = new EachState(['f', 'g', 'f', 'f', 'f'].map(call));
  state.told('0 1 ');
  for (const at of [2, 3]) state.told(`${at} ${unfinished} ${key}`);
  expect(state.isStale).toBe(false);
  const other = new EachState(['f', 'g', 'f', 'f', 'f'].map(call));
  for (const at of [0, 2, 3]) other.told(`${at} ${unfinished} ${key}`);
  expect(other.isStale).toBe(true);
  expect(other.open()).toEqual([1]);
});
