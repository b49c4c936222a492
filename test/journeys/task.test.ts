import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Slot } from '../../src/adapters/store/slots.ts';
import { stateFiles } from '../../src/wiring/place/place.ts';
import type { TaskReport } from '../../src/wiring/tasks/task.ts';
import type { Stage } from './stage.ts';
import { key, openTaskStage, type TaskStage } from './task-stage.ts';

describe('a coding agent that is given a task', () => {
  let opened: TaskStage;
  let stage: Stage;
  beforeAll(async () => {
    opened = await openTaskStage();
    stage = opened.stage;
  });
  afterAll(async () => {
    await opened.stage.close();
    await opened.server.close();
  });

  it('works without a key, and what it wrote goes the way of every change', async () => {
    const found = await stage.json<TaskReport>('task', 'writer', 'Say on which port it answers');
    expect(found).toMatchObject({ title: 'Say on which port it answers', paths: ['README.md'], why: null });
    const view = await stage.ended(found.change ?? '');
    expect(view).toMatchObject({ source: 'agent:writer', class: 'docs', code: 'landed.merged' });
    expect(stage.repo.show('main', 'README.md')).toContain('It answers on the port that PORT names.');
    const said = (await stage.run(['show', found.change ?? '', '--thinking'])).stdout;
    expect(said).toContain('Say on which port it answers');
    expect(said).toContain('what is outside is shut unseen');
    expect(said.replaceAll(/\s+/g, ' ')).toContain('by its own count 1 call of tools, 9 tokens in, 2 out');
    expect(said).toContain('the model calls Edit:');
    expect(said).toContain('scripted');
    const entries = await stage.journal();
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['model.asked', 'tool.called']));
    expect(`${said}${JSON.stringify(entries)}`).not.toContain(key);
  });

  it('hands in nothing when it fails, or is only tried', async () => {
    const failed = await stage.run(['task', 'writer', 'fail']);
    expect(failed.code).toBe(1);
    expect(failed.stdout.replaceAll(/\s+/g, ' ')).toContain('nothing is handed in: writer ended with 1');
    const tried = await stage.json<TaskReport>('task', 'writer', 'Say it again', '--dry-run');
    expect(tried).toMatchObject({ change: null, paths: ['README.md'], why: null });
  });

  it('may be any model, with tools of autoland', async () => {
    const text = 'Say in docs on which port it answers';
    const unnamed = await stage.run(['task', 'model', text]);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr.replaceAll(/\s+/g, ' ')).toContain('name one with --model: coder');
    const found = await stage.json<TaskReport>('task', 'model', text, '--model', 'coder', '--class', 'docs');
    expect(found).toMatchObject({ paths: ['docs/port.md'], why: null });
    const view = await stage.ended(found.change ?? '');
    expect(view).toMatchObject({ source: 'agent:model', class: 'docs', code: 'landed.merged' });
    const said = (await stage.run(['show', found.change ?? '', '--thinking'])).stdout;
    expect(said).toContain('ran run_tests: done');
    expect(said).toContain('is not written: it is protected');
  });

  it('waits for nobody where as many are under way as may be', async () => {
    const place = { directory: stateFiles(stage.state).run, name: 'task', most: 2 };
    const slots = ['one', 'other'].map((note) => Slot.take(place, note)) as Slot[];
    const { code, stderr } = await stage.run(['task', 'writer', 'Say it again']);
    for (const slot of slots) slot.free();
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('fewer than 2 tasks under way, found one, other');
  });

  it.each([
    ['an agent that the branch does not know', ['other', 'x'], /agents\.command.*writer, absent/s],
    ['an agent that this machine does not have', ['absent', 'x'], /expected absent among the agents of/],
    ['a task that its program takes for an option', ['writer', ' --yes'], /begins with a word.*--yes/],
    ['no task', ['writer', ' '], /expected a task of 1 to 20000 characters/],
  ])('says what is wrong with %s', async (_what, args, said) => {
    const { code, stderr } = await stage.run(['task', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });
});
