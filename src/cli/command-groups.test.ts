import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandGroups, groupsOf } from './command-groups.ts';

describe('commandGroups', () => {
  it('names what each group defines, so that a command is found without loading the others', async () => {
    for (const { names, load } of commandGroups) {
      const program = new Command('autoland');
      (await load()).define(program, '1.0.0');
      expect(program.commands.map((command) => command.name())).toEqual(names);
    }
  });

  it('loads every part of the command that was called, and nothing else', () => {
    expect(groupsOf('check').map(({ names }) => names)).toEqual([['check']]);
    expect(groupsOf('judge')).toHaveLength(2);
  });

  it.each([undefined, '', 'help', '--help', '--version', 'chekc', '--json'])(
    'loads all for %j, of which any may be meant',
    (word) => {
      expect(groupsOf(word)).toEqual(commandGroups);
    },
  );
});
