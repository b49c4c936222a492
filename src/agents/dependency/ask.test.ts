import { describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { describer, patient } from './ask.ts';

const down = new AutolandError('registry.unreachable', 'no answer');
const nonsense = new AutolandError('registry.invalid', 'no package');

describe('a registry', () => {
  it('that is down is asked once for each scope, for descriptions and for manifests', async () => {
    const asked: string[] = [];
    const refuse = (name: string) => {
      asked.push(name);
      return Promise.reject(down);
    };
    const describe = describer(refuse);
    for (const name of ['a', 'b', '@s/a', '@s/b']) expect(await describe(name)).toBe(down);
    expect(asked.splice(0)).toEqual(['a', '@s/a']);
    const manifest = patient(refuse);
    for (const name of ['a', 'b', '@s/a']) await expect(manifest(name, '1.0.0')).rejects.toBe(down);
    expect(asked).toEqual(['a', '@s/a']);
  });

  it('that talks nonsense of one package is asked about the next', async () => {
    const describe = describer((name) =>
      name === 'odd' ? Promise.reject(nonsense) : Promise.resolve(undefined),
    );
    expect(await describe('odd')).toBe(nonsense);
    expect(await describe('even')).toBe(undefined);
  });

  it('whose reader has a bug says so', async () => {
    const describe = describer(() => Promise.reject(new TypeError('a bug')));
    await expect(describe('a')).rejects.toThrow(TypeError);
  });
});
