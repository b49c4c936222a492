import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { defaultConfig, type Found } from './defaults.ts';

const bare: Found = { branch: 'main', install: null, build: null, test: null, service: null };

describe('defaultConfig', () => {
  it('says what the defaults say, and observes only', () => {
    const config = parseConfig(
      defaultConfig({ ...bare, install: ['npm', 'ci', '--ignore-scripts'] }),
      'new.yaml',
    );
    expect(config).toEqual(parseConfig('version: 1', 'minimal.yaml'));
    expect(new Set(Object.values(config.autonomy))).toEqual(new Set(['observe']));
  });

  it('says that no tests were found', () => {
    expect(defaultConfig(bare)).toContain('No tests were found');
    expect(defaultConfig({ ...bare, test: ['npm', 'test'] })).not.toContain('No tests were found');
  });

  it('brings back whatever words were found', () => {
    const word = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(
        'null',
        'yes',
        '1e3',
        '0x10',
        '- a',
        '--',
        '---',
        '.5',
        '-.inf',
        'a: b',
        '#',
        '~',
        "'",
        '\u2028',
      ),
    );
    const argv = fc.array(word, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(argv, argv, argv, (install, test, command) => {
        const text = defaultConfig({ ...bare, install, test, service: { name: 'shop', command } });
        const config = parseConfig(text, 'new.yaml');
        expect(config.commands.install).toEqual(install);
        expect(config.commands.test).toEqual(test);
        expect(config.service?.command).toEqual(command);
      }),
    );
  });
});
