import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import type { Stage } from './stage.ts';
import { openTaskStage, type TaskStage } from './task-stage.ts';

const big = 'One more line.\n'.repeat(2_100);

describe('a change of anybody that a guardrail turned away', () => {
  let opened: TaskStage;
  let stage: Stage;
  beforeAll(async () => {
    const end = new Date(Date.now() + 86_400_000).toISOString();
    const rule = `{ classes: [docs, other], codes: [scope.lines, tests.failed], agent: writer, perDay: 9, until: "${end}" }`;
    opened = await openTaskStage({ tasks: `, refusals: { tidy: ${rule} }` });
    stage = opened.stage;
  });
  afterAll(async () => {
    await opened.stage.close();
    await opened.server.close();
  });

  const mendingOf = async (change: string) => {
    const begun = await stage.until('task.begun', ({ data }) => data.key === change);
    return await stage.until('task.ended', ({ data }) => data.task === begun.data.task);
  };

  it('is handed to an agent with the reasons, and what comes of it is a change that names it', async () => {
    const refused = await stage.submit({ 'big.md': big, 'more.md': '# More\n' });
    expect(await stage.ended(refused)).toMatchObject({ state: 'refused', code: 'scope.lines' });
    const made = String((await mendingOf(refused)).data.change);
    const view = await stage.ended(made);
    expect(view).toMatchObject({
      ...{ code: 'landed.merged', source: 'agent:writer', class: 'docs' },
      title: `Mend what ${refused} is turned away for: scope.lines`,
      task: { from: 'tidy', cause: { kind: 'refusal', change: refused, codes: ['scope.lines'] } },
    });
    expect(stage.repo.show('main', 'docs.md')).toBe('# scope.lines');
    expect(stage.repo.show('main', 'more.md')).toBe('# More');
    expect(stage.repo.git(['ls-tree', '--name-only', 'main'])).not.toContain('big.md');
    const [of, to] = await Promise.all([made, refused].map((one) => stage.run(['explain', one])));
    const plain = (text = '') => text.replaceAll(/\s+/g, ' ');
    expect(plain(of?.stdout)).toContain(`for ${refused}, which was turned away for scope.lines`);
    expect(plain(to?.stdout)).toContain(`by the rule tidy writer was asked to mend it in the task`);
    expect(plain(to?.stdout)).toContain(`which handed in ${made}`);
  });

  it('is mended by what the tests said of it, and is for a person where it does more than the class allows', async () => {
    const files = {
      'greet.js': "export const greet = (name) => 'hi ' + name;\n",
      'shout.js': "export const shout = (text) => text + '!';\n",
    };
    const refused = await stage.submit(files);
    expect(await stage.ended(refused)).toMatchObject({ state: 'refused', code: 'tests.failed' });
    const made = String((await mendingOf(refused)).data.change);
    const view = await stage.ended(made);
    expect(view).toMatchObject({ state: 'held', class: 'other', task: { cause: { change: refused } } });
    const failed = view.guardrails.filter(({ verdict }) => verdict === 'fail');
    expect(failed).toEqual([]);
    const ref = `refs/heads/autoland/task/${view.task?.task}`;
    expect(stage.repo.show(ref, 'greet.js')).toContain("'hello '");
    expect(stage.repo.show(ref, 'shout.js')).toContain("'!'");
  });

  it('ends where it is turned away again for the same reason', async () => {
    const refused = await stage.submit({ 'big.md': big, 'for-ever.md': '# For ever\n' });
    await stage.ended(refused);
    const ended = await mendingOf(refused);
    const end = await stage.until('task.given-up', ({ data }) => data.task === ended.data.task);
    expect(end.data).toMatchObject({ why: 'refused again for the same reason: scope.lines', rounds: 1 });
    await stage.ended(String(ended.data.change));
    const report = await stage.json<ScanReport>('scan', '--dry-run');
    expect(report.tasks).toEqual([]);
    const told = report.skipped.filter(({ code }) => code.startsWith('refusals.'));
    expect(told.map(({ code }) => code)).toEqual(['refusals.begun', 'refusals.begun', 'refusals.begun']);
    expect(told.at(-1)?.name).toBe(refused);
    const { tasks } = await stage.status();
    expect(tasks[0]).toMatchObject({ state: 'given up', about: refused });
  });
});
