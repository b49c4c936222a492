import { describe, expect, it } from 'vitest';
import type { Commitment } from '../../domain/blob.ts';
import { readPage } from '../../domain/recording.ts';
import type { Told } from '../../domain/transcript.ts';
import { MemoryBlobs } from '../../testing/memory-blobs.ts';
import { EventList, exchangeOf, oneAtATime, user, wordRedactor } from '../../testing/recording.ts';
import { shownToolCall } from '../../views/conversation.ts';
import { saidIn } from '../../views/exchanges.ts';
import { ExchangeRecorder } from './exchange-recorder.ts';

const told: readonly Told[] = [
  { role: 'model', blocks: [{ kind: 'text', text: 'I read it.' }] },
  { role: 'model', blocks: [{ kind: 'tool-call', id: 'c1', tool: 'Read', input: { path: 'a.js' } }] },
  { role: 'tool', id: 'c1', tool: 'Read', output: 'key: HUNTER2', isError: false },
  { role: 'printed', text: 'bye' },
];
const usage = { inputTokens: 30, outputTokens: 4, microdollars: null };

describe('what a program says that it did', () => {
  it('is kept in order, without credentials, beside what was seen from outside', async () => {
    const [journal, blobs] = [new EventList(), new MemoryBlobs()];
    const parts = {
      journal,
      blobs,
      redactor: wordRedactor,
      exclusively: oneAtATime(),
      mostBytes: async () => 1 << 20,
    };
    const log = new ExchangeRecorder(parts).of({ role: 'agent', task: 'fix-7' });
    // At the model proxy the same was said: it is kept once.
    await log.record(exchangeOf([user('go')], 'I read it.'));
    const run = { tool: 'claude', input: { task: 'go' }, output: 'a warning', isError: false };
    await log.recordCall({ ...run, startedAt: new Date(), ms: 3, transcript: { told, usage } });
    const content = journal.events[1]?.data.content as Commitment;
    const pages = new Map();
    for (const { data } of journal.events) {
      const name = data.content as Commitment;
      const bytes = await blobs.get('task_fix-7', name);
      pages.set(name, bytes && readPage(bytes));
    }
    const shown = shownToolCall(content, pages);
    const [, , answer] = told;
    expect(shown).toMatchObject({ told: told.map((value) => (value === answer ? {} : { value })) });
    const own = JSON.stringify(pages.get(content));
    expect(own).not.toContain('HUNTER2');
    expect(own).not.toContain('I read it.');
    const [, entry] = saidIn(journal.events.map((event, index) => ({ ...event, index, at: '' })));
    expect(entry).toMatchObject({ tool: 'claude', told: { calls: 1, usage } });
  });
});
