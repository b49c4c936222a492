import { describe, expect, it } from 'vitest';
import { type ChangeClass, changeClasses } from '../../domain/change.ts';
import type { TestComparison } from '../../domain/test-comparison.ts';
import type { TestSides } from '../../ports/test-runner.ts';
import { gatherReproduced } from './run-reproduced.ts';

const compared: TestComparison = {
  base: { kind: 'build-failed', code: 1, tail: '' },
  head: { kind: 'build-failed', code: 1, tail: '' },
  rerun: undefined,
};

function gather(of: ChangeClass, test: readonly string[] | null = ['npm', 'test']) {
  const asked: TestSides[] = [];
  const compare = async (_: unknown, sides: TestSides) => {
    asked.push(sides);
    return compared;
  };
  const commands = { install: null, build: null, test, testSeconds: 10 };
  const to = {
    deps: { tests: { compare } },
    settings: { commands, tests: {} },
    change: { classification: { class: of, base: 'b', tree: 't' } },
  };
  return { asked, facts: gatherReproduced.gather(to as never) };
}

describe('gatherReproduced', () => {
  it("runs a crash-fix's own tests on the code before it", async () => {
    const { asked, facts } = gather('crash-fix');
    expect(await facts).toEqual({ asked: true, runs: compared });
    expect(asked).toEqual([{ base: 'b', head: 't', judgedBy: 'head' }]);
  });

  it('runs nothing for another class, or without a command', async () => {
    for (const of of changeClasses.filter((one) => one !== 'crash-fix')) {
      const { asked, facts } = gather(of);
      expect([await facts, asked]).toEqual([{ asked: false, class: of }, []]);
    }
    expect(await gather('crash-fix', null).facts).toEqual({ asked: true, runs: undefined });
  });
});
