import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countStates, type TestRun, type TestState } from '../../domain/test-comparison.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { crashAt, crashingCall, crashingFiles } from '../../testing/crash-bench.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { showCrash } from './run-reproduce.ts';

let git: TempGit;
let asked: string[];
beforeEach(() => {
  git = new TempGit();
  asked = [];
});
afterEach(() => git.remove());

const title = 'the call of crash ab12ab12ab12 ends without an error';
const commands: TestCommands = { install: null, build: null, test: ['npm', 'test'], testSeconds: 60 };

function ran(states: Readonly<Record<string, TestState>>): TestRun {
  const tests = Object.entries(states).map(([name, state]) => ({ name, state }));
  const report = { tests, counts: countStates(tests), complete: true, format: 'tap', documents: 1 } as const;
  return { kind: 'ran', code: report.counts['not-ok'] > 0 ? 1 : 0, report, tail: 'TypeError: x', ms: 1 };
}

/** As runners do whose settings name files: what is asked for runs, and all else. */
async function show(answer: (command: string) => TestRun) {
  const tip = git.commit('main', {
    ...crashingFiles,
    'label.test.js': "describe('label', () => {\n  it('labels', () => {});\n});\n",
    'package.json': '{"devDependencies":{"mocha":"11.0.0"}}',
  });
  const measure = async ({ test }: TestCommands) => {
    asked.push(test.join(' '));
    return answer(test.join(' '));
  };
  return showCrash({ git, tests: { measure } }, { crash: crashAt(tip), tip, commands, call: crashingCall });
}

describe('showCrash', () => {
  it('is shown by its own test in the form of the project, whatever else is red', async () => {
    const shown = await show(() =>
      ran({ [`label ${title}`]: 'not-ok', 'was red before': 'not-ok', labels: 'ok' }),
    );
    expect(shown).toMatchObject({ by: 'recorded-call', names: [`label ${title}`] });
    expect('test' in shown && [...shown.test.keys()]).toEqual(['label-crash-ab12ab12ab12.test.js']);
    expect(asked).toEqual([
      ...Array(2).fill('node_modules/.bin/mocha --reporter tap label-crash-ab12ab12ab12.test.js'),
      'npm test',
    ]);
  });

  it("falls back to Node's own runner where that form does not show it", async () => {
    const shown = await show((command) =>
      command.startsWith('node ')
        ? ran({ [title]: 'not-ok' })
        : ran({ 'was red before': 'not-ok', labels: 'ok' }),
    );
    expect('test' in shown && [...shown.test.keys()]).toEqual(['autoland-crash-ab12ab12ab12.test.mjs']);
  });

  it('is not shown where it fails by another error, such as a form that was guessed wrong', async () => {
    const shown = await show(
      () => ({ ...ran({ [title]: 'not-ok' }), tail: 'Error: Cannot find module' }) as TestRun,
    );
    expect(shown).toMatchObject({ code: 'crash-fix.not-reproduced' });
  });
});
