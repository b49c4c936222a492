import { describe, expect, it } from 'vitest';
import {
  adopted,
  concluded,
  journal,
  merged,
  promoted,
  proposed,
  released,
  type Told,
} from '../testing/told-journal.ts';
import { productionWindow } from './incident-window.ts';

const landed = (id: string): readonly Told[] => [
  proposed(id),
  merged(id),
  released(id),
  promoted(id),
  concluded(id, 'landed'),
];
/** Entries are an hour apart, from midnight. */
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours)).toISOString();
const windowOf = (hours: number, ...told: readonly Told[]) =>
  productionWindow(journal(...told), { service: 'shop', since: at(hours) });

describe('the window of an incident', () => {
  it('is from what users had when they were well to what they have now', () => {
    const told = [adopted, ...landed('a'), ...landed('b')];
    expect(windowOf(0, ...told)).toMatchObject({ base: { commit: 'c0' }, head: { commit: 'm-b' } });
    expect(windowOf(4, ...told)).toMatchObject({ base: { commit: 'm-a' }, knownSince: null });
    expect(windowOf(99, ...told)).toMatchObject({ base: { commit: 'm-b' }, head: { commit: 'm-b' } });
  });

  it('begins with the first adoption where nothing is known of before', () => {
    expect(windowOf(-1, adopted, ...landed('a'))).toMatchObject({
      base: { commit: 'c0' },
      knownSince: at(0),
    });
  });

  it('knows the change that some users have beyond it', () => {
    const under = [adopted, ...landed('a'), proposed('b'), merged('b')];
    expect(windowOf(0, ...under)?.exposed).toBeUndefined();
    expect(windowOf(0, ...under, released('b'))?.exposed).toEqual({ change: 'b', commit: 'm-b' });
    expect(windowOf(0, ...under, released('b'), concluded('b', 'rolled-back'))?.exposed).toBeUndefined();
  });

  it('is none of a service that nobody is served by', () => {
    expect(windowOf(0)).toBeUndefined();
    expect(windowOf(0, adopted, ['service.retired', undefined, { service: 'shop' }])).toBeUndefined();
  });
});
