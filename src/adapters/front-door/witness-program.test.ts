import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/router-stage.ts';
import { RuntimeCommandStage } from '../../testing/runtime-command-stage.ts';
import { CommandCaller } from '../runtime/command/command-caller.ts';
import { WitnessProgram } from './witness-program.ts';

let stage: RuntimeCommandStage;
let heard: string[] = [];
let program: WitnessProgram | undefined;
beforeEach(() => {
  stage = new RuntimeCommandStage();
  heard = [];
});
afterEach(async () => {
  program?.close();
  await stage.close();
});

function run(): void {
  const caller = new CommandCaller(stage.options.commands ?? { allowed: [], never: [] });
  const commands = { ...stage.commands(), witness: ['witness'] as const };
  program = new WitnessProgram({
    begin: () => caller.begin('witness', commands, { service: 'shop' }),
    ready: () => heard.push('ready'),
    line: (text) => heard.push(`line ${text}`),
    lost: (why) => heard.push(`lost ${why.split('\n')[0]}`),
  });
}

describe('the witness of a front door', () => {
  it('is ready once it says so, and starts again when it ends', async () => {
    stage.install('witness', '#!/bin/sh\necho \'{"ready": true}\'\necho one\nread -r told\nexit 3\n');
    run();
    await eventually(() => heard.length >= 6, 'twice');
    const once = ['ready', 'line one', expect.stringMatching(/^lost it ended with exit code 3/)];
    expect(heard.slice(0, 6)).toEqual([...once, ...once]);
  });

  it('is not believed where its first line does not say that it is ready', async () => {
    stage.install('witness', '#!/bin/sh\necho \'{"t":1}\'\nexec sleep 60\n');
    run();
    await eventually(() => heard.length > 0, 'lost');
    expect(heard[0]).toMatch(/^lost expected \{"ready":true\} as its first line, found "\{\\"t\\":1\}"/);
    expect(heard).not.toContain('ready');
  });

  it('is tried again where it is not there', async () => {
    run();
    expect(heard[0]).toMatch(/^lost a runtime command may not run: there is no witness/);
    stage.install('witness', '#!/bin/sh\necho \'{"ready":true}\'\nexec sleep 60\n');
    await eventually(() => heard.includes('ready'), 'ready');
  });

  it('is not missed when it is ended on purpose', async () => {
    stage.install('witness', '#!/bin/sh\necho \'{"ready":true}\'\nexec sleep 60\n');
    run();
    await eventually(() => heard.length > 0, 'ready');
    program?.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard).toEqual(['ready']);
  });
});
