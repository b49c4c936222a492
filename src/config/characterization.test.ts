import { describe, expect, it } from 'vitest';
import { checkConfig, parseConfig } from './config.ts';

const models = 'models:\n  writer: { provider: anthropic, model: m-1, family: one }\n';
const of = (drivers: string) => `version: 1\n${models}characterization: { drivers: ${drivers} }\n`;

describe('characterization.drivers', () => {
  it('is off where nobody names a model', () => {
    expect(parseConfig('version: 1', 'a.yaml').characterization).toEqual({ recordings: null, drivers: null });
  });

  it('needs a model, and has defaults for the rest', () => {
    expect(parseConfig(of('{ model: writer }'), 'a.yaml').characterization.drivers).toEqual({
      model: 'writer',
      most: 5,
      seconds: 300,
      maxOutputTokens: 32_000,
    });
  });

  it.each<[string, string, string]>([
    ['a model that is not there', '{ model: nobody }', 'the name of a model under models'],
    ['no model', '{ most: 3 }', 'the name of a model under models'],
    ['a list of them', '{ model: [writer] }', 'the name of a model under models'],
    ['more than anybody reads', '{ model: writer, most: 21 }', '20'],
    ['a word that it does not know', '{ model: writer, level: merge }', 'level'],
  ])('refuses %s, and says where', (_name, text, what) => {
    const found = checkConfig(of(text));
    const problems = found.ok ? [] : found.problems;
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.map(({ path, message }) => `${path} ${message}`).join()).toContain(what);
    expect(problems.every(({ path, line }) => path.startsWith('characterization.drivers') && line > 0)).toBe(
      true,
    );
  });
});
