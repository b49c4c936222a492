import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Slot } from './slots.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'autoland-slots-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function take(note: string, most = 2): Slot | readonly string[] {
  return Slot.take({ directory, name: 'task', most }, note);
}

function taken(note: string, most = 2): Slot {
  const slot = take(note, most);
  if (!(slot instanceof Slot)) throw new Error(`none is free: ${slot.join(', ')}`);
  return slot;
}

describe('Slot', () => {
  it('is had by as many as there are, and the next is told by whom', () => {
    const [one, other] = [taken('a'), taken('b')];
    expect(take('c')).toEqual(['a', 'b']);
    one.free();
    expect(take('c', 1)).toBeInstanceOf(Slot);
    expect(take('d')).toEqual(['c', 'b']);
    other.free();
  });

  it('is lost to all that are over a lower number, without ending them', () => {
    const all = [taken('a', 3), taken('b', 3), taken('c', 3)];
    expect(take('d', 1)).toEqual(['a']);
    for (const slot of all) slot.free();
    expect(readdirSync(directory).filter((name) => name.endsWith('.note'))).toEqual([]);
    taken('e', 1).free();
  });
});
