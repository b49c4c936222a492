import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observation, plan } from '../../testing/rollout-fixtures.ts';
import type { RolloutCommand } from './commands.ts';
import {
  afterCommand,
  begun,
  holdOn,
  notRaised,
  observed,
  type Position,
  raised,
  readPosition,
  worthJournalling,
} from './position.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const earlier = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
const start = { nonce: 'n1', flag: 'shop.n1', plan, earlier, now };
const fresh = begun(undefined, start);
const at = (step: number, over: Partial<Position> = {}): Position => ({ ...fresh, step, ...over });

describe('a position', () => {
  it('begins at the first step, open, held by nobody', () => {
    expect(fresh).toMatchObject({ step: 0, open: true, epoch: null, paused: false, ordered: null });
    expect(holdOn(fresh, true)).toBeUndefined();
  });

  it("keeps a person's pause and cap when it starts anew, and nothing else", () => {
    const before = at(2, {
      paused: true,
      cap: 1,
      epoch: 'one',
      skipBake: true,
      ordered: 'anew',
      open: false,
    });
    const anew = begun(before, { ...start, nonce: 'n2', flag: 'shop.n2' });
    const kept = { paused: true, cap: 1, heldSince: now.toISOString() };
    expect(anew).toEqual({ ...fresh, nonce: 'n2', flag: 'shop.n2', starts: 2, ...kept });
  });

  it('survives the journal', () => {
    expect(readPosition(JSON.parse(JSON.stringify(fresh)))).toEqual(fresh);
    expect(readPosition(undefined)).toBeUndefined();
  });

  it('takes the time of the step anew when it rises, and the epoch if it has none yet', () => {
    const risen = raised(at(0, { skipBake: true }), { step: 1, now: later(9), observation: undefined });
    expect(risen).toMatchObject({ step: 1, stepSince: later(9).toISOString(), skipBake: false, epoch: null });
  });
});

describe('commands', () => {
  const pause: RolloutCommand = { kind: 'pause' };
  const resume: RolloutCommand = { kind: 'resume' };
  const advance: RolloutCommand = { kind: 'advance' };
  const set = (step: number): RolloutCommand => ({ kind: 'set', step });

  it.each<[string, Position, RolloutCommand, Partial<Position>]>([
    ['pause', at(1), pause, { paused: true, step: 1 }],
    ['resume lifts pause and cap', at(1, { paused: true, cap: 1 }), resume, { paused: false, cap: 1000 }],
    ['advance', at(1, { paused: true }), advance, { paused: false, skipBake: true }],
    ['set where it is', at(1), set(1), { cap: 1, ordered: null }],
    ['set above', at(1), set(2), { cap: 2, ordered: null }],
    ['set below starts anew', at(2), set(0), { cap: 0, ordered: 'anew' }],
  ])('%s', (_what, position, command, expected) => {
    expect(afterCommand(position, command, now)).toMatchObject(expected);
  });

  it('never raise the step, open what is closed, or undo an order to start anew', () => {
    const command = fc.oneof(fc.constantFrom(pause, resume, advance), fc.nat(4).map(set));
    fc.assert(
      fc.property(fc.nat(2), fc.boolean(), fc.array(command), (step, open, commands) => {
        let position = at(step, { open });
        for (const one of commands) {
          const next = afterCommand(position, one, now);
          expect(next).toMatchObject({ step, open, nonce: position.nonce });
          if (position.ordered === 'anew') expect(next.ordered).toBe('anew');
          position = next;
        }
      }),
    );
  });

  it('hold it once paused or set to where it is, until resumed', () => {
    expect(holdOn(afterCommand(at(1), pause, now), true)).toBeDefined();
    expect(holdOn(afterCommand(at(1), set(1), now), true)).toBeDefined();
    expect(holdOn(afterCommand(at(1), set(2), now), true)).toBeUndefined();
    expect(holdOn(afterCommand(afterCommand(at(1), set(1), now), resume, now), true)).toBeUndefined();
  });
});

describe('the time of a step', () => {
  const pause: RolloutCommand = { kind: 'pause' };
  const resume: RolloutCommand = { kind: 'resume' };
  const since = (position: Position) => (Date.parse(position.stepSince) - now.getTime()) / 1000;

  it('stands still while a person holds it', () => {
    const paused = afterCommand(at(1), pause, later(5));
    const twice = afterCommand(paused, pause, later(100));
    expect(since(twice)).toBe(0);
    expect(since(afterCommand(twice, resume, later(3_605)))).toBe(3_600);
  });

  it('stands still from the raise that reaches the cap', () => {
    const risen = raised(at(0, { cap: 1 }), { step: 1, now: later(9), observation: undefined });
    expect(risen.heldSince).toBe(later(9).toISOString());
    expect(since(afterCommand(risen, resume, later(20)))).toBe(20);
  });

  it('begins anew when a raise is not carried out', () => {
    expect(notRaised(at(2), later(30))).toMatchObject({ step: 1, stepSince: later(30).toISOString() });
  });
});

describe('observed', () => {
  it('keeps what failed before the first start', () => {
    const calm = { users: 1000, failingUsers: 10, seconds: 60 };
    const harmed = { users: 1000, failingUsers: 300, seconds: 60 };
    const first = observed(fresh, observation([], { before: calm }));
    expect(first).toMatchObject({ epoch: 'one', before: calm });
    const anew = begun(first, { ...start, nonce: 'n2' });
    expect(observed(anew, observation([], { epoch: 'two', before: harmed }))).toMatchObject({
      epoch: 'two',
      before: calm,
    });
  });
});

describe('worthJournalling', () => {
  it('is the first look, and then one about every second, later every 60th of the time gone by', () => {
    expect(worthJournalling(fresh, undefined, now)).toBe(true);
    const looks = (seconds: number) => {
      let [count, last] = [0, { at: now.toISOString() }];
      for (let s = 0.5; s <= seconds; s += 0.5)
        if (worthJournalling(fresh, last, later(s))) {
          count += 1;
          last = { at: later(s).toISOString() };
        }
      return count;
    };
    expect(looks(30)).toBe(30);
    expect(looks(3600)).toBeLessThan(320);
  });
});
