import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskReport } from '../../src/wiring/tasks/task.ts';
import type { Stage } from './stage.ts';
import { openTaskStage, type TaskStage } from './task-stage.ts';

describe('a task that nobody asks for a second time', () => {
  let opened: TaskStage;
  let stage: Stage;
  beforeAll(async () => {
    const hour = Math.min(new Date().getUTCHours(), 18);
    const at = (hours: number) => `"${String(hours).padStart(2, '0')}:00"`;
    const window = `days: [mon-sun], from: ${at(hour)}, to: ${at(hour + 6)}`;
    const end = new Date(Date.now() + 86_400_000).toISOString();
    const hourly = `{ agent: model, model: coder, class: docs, text: Say the port, ${window}, until: "${end}" }`;
    opened = await openTaskStage({ tasks: `, scheduled: { hourly: ${hourly} }` });
    stage = opened.stage;
  });
  afterAll(async () => {
    await opened.stage.close();
    await opened.server.close();
  });

  it('is begun by itself where it is scheduled, once', async () => {
    const ended = await stage.until('task.ended', ({ data }) => String(data.task).startsWith('model-'));
    expect(ended.actor).toBe('autoland');
    const change = String(ended.data.change);
    expect(await stage.ended(change)).toMatchObject({ code: 'landed.merged', source: 'agent:model' });
    const ofIt = (await stage.journal()).filter(({ data }) => data.from === 'hourly');
    expect(ofIt.map(({ type }) => type)).toEqual(['task.begun', 'task.ended']);
  });

  it('gets back what was refused, with the reasons, and mends it', async () => {
    const found = await stage.json<TaskReport>('task', 'writer', 'Say it, and leak');
    expect(await stage.ended(found.change ?? '')).toMatchObject({ state: 'refused' });
    const entries = await stage.until(
      'task.ended',
      ({ data }) => data.task === found.task && data.round === 2,
    );
    const change = String(entries.data.change);
    expect(await stage.ended(change)).toMatchObject({ code: 'landed.merged', source: 'agent:writer' });
    expect(stage.repo.show('main', 'docs.md')).toMatch(/^# [a-z]+\.[a-z-]+/);
    const begun = (await stage.journal()).filter(
      ({ type, data }) => type === 'task.begun' && data.task === found.task,
    );
    expect(begun.map(({ data }) => [data.round, data.after])).toEqual([
      [1, null],
      [2, found.change],
    ]);
    expect(begun[1]?.data.codes).toEqual(expect.arrayContaining([expect.stringMatching(/^secrets\./)]));
  });

  it('gets it back no more often than it may', async () => {
    const found = await stage.json<TaskReport>('task', 'writer', 'Say it, and leak for ever');
    const end = await stage.until('task.given-up', ({ data }) => data.task === found.task);
    expect(end.data).toMatchObject({ rounds: 2, why: expect.stringContaining('agents.tasks.rounds is 1') });
  });
});
