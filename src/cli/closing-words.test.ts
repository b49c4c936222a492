import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Closing, readClosing } from './closing-words.ts';
import { define } from './commands/control.ts';
import type { CloseOptions } from './options.ts';

const here = process.cwd();

/** What the reader of all commands makes of the words; undefined: it refuses them, shows help, or knows another command. */
function asCommander(words: readonly string[]): Closing | undefined {
  let found: Closing | undefined;
  const silent = { writeOut: () => {}, writeErr: () => {}, outputError: () => {} };
  const program = new Command('autoland').exitOverride().configureOutput(silent);
  define(program);
  for (const one of program.commands) {
    one.exitOverride().configureOutput(silent);
    const name = one.name();
    if (name === 'kill')
      one.action((flag: string, options: CloseOptions) => {
        found = { name, flag, options };
      });
    else if (name === 'stop')
      one.action((options: CloseOptions) => {
        found = { name, options };
      });
    else one.action(() => {});
  }
  try {
    program.parse(words, { from: 'user' });
  } catch {
    return undefined;
  }
  return found;
}

const line = (text: string) => readClosing(text.split(' '), here);
const plainly = { repo: here, reason: 'no reason given' };

describe('the words of kill and stop', () => {
  it('are read in their plainest form', () => {
    expect(line('kill shop.n1')).toEqual({ name: 'kill', flag: 'shop.n1', options: plainly });
    expect(line('kill --reason bad --json shop.n1 --repo /r --state /s')).toEqual({
      name: 'kill',
      flag: 'shop.n1',
      options: { repo: '/r', state: '/s', reason: 'bad', json: true },
    });
    expect(line('stop --reason bad')).toEqual({ name: 'stop', options: { repo: here, reason: 'bad' } });
  });

  it.each([
    ...['kill', 'stop now', 'kill a b', 'kill a --dry-run', 'kill a --help', 'kill -- a', 'kill a --reason'],
    ...[
      'kill a --reason=x',
      'kill a --reason --json',
      'kill a --repo x --repo y',
      'kill -a',
      '--json kill a',
    ],
    ...['kill ', 'kill a --reason ', 'status', '', '--version'],
  ])('are left to the reader of all commands where they are not: %j', (text) => {
    expect(line(text)).toBeUndefined();
  });

  it('are left to it where there is no current directory', () => {
    expect(readClosing(['kill', 'shop.n1', '--repo', '/r'], undefined)).toBeUndefined();
  });

  it('are what the reader of all commands reads', () => {
    const word = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('kill', 'stop', 'resume', 'help', 'shop.n1', 'why not', '') },
      { weight: 3, arbitrary: fc.constantFrom('--repo', '--state', '--reason', '--json', '--dry-run') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('--', '-', '-h', '--help', '--reason=x', '--no-json', '--rea'),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
    );
    const words = fc
      .tuple(fc.constantFrom('kill', 'kill', 'stop'), fc.array(word, { maxLength: 7 }))
      .map(([name, rest]) => [name, ...rest]);
    let read = 0;
    fc.assert(
      fc.property(words, (all) => {
        const found = readClosing(all, here);
        if (found === undefined) return;
        read += 1;
        expect(found).toEqual(asCommander(all));
      }),
      { numRuns: 2_000 },
    );

    expect(read).toBeGreaterThan(50);
  });
});
