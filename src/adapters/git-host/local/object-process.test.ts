import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitView, type ViewOptions } from './git-view.ts';
import { locateRepository } from './repository.ts';
import { defaultGitLimits } from './run-git.ts';
import { TestRepository } from './test-repository.ts';

let repository: TestRepository;
const opened: GitView[] = [];
beforeEach(() => {
  repository = new TestRepository();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((view) => view.close()));
  repository.remove();
});

async function open(options: ViewOptions = {}): Promise<GitView> {
  const view = await GitView.open(await locateRepository(repository.dir), options);
  opened.push(view);
  return view;
}

/** Processes of git that this one has started and not yet ended. */
function gits(): readonly number[] {
  const own = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return own
    .filter(Boolean)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--batch-command');
      } catch {
        return false;
      }
    });
}

const contents = (object: string) => ({ ask: 'contents', object }) as const;

describe('the git that answers one question after the other', () => {
  it('answers all in one process, also about what was written since', async () => {
    const view = await open();
    expect(await view.ask(contents(repository.blob('one')))).toMatchObject({ content: Buffer.from('one') });
    const [first] = gits();
    const later = repository.blob('two');
    expect(await view.ask({ ask: 'info', object: later })).toMatchObject({ type: 'blob', size: 3 });
    expect(gits()).toEqual([first]);
  });

  it('blames what is too large on who asked for it, and goes on with the others', async () => {
    const view = await open({ limits: { ...defaultGitLimits, outputBytes: 10 } });
    const [small, large] = [repository.blob('small'), repository.blob('far too large')];
    const asked = [small, large, '0'.repeat(40), small].map((oid) => view.ask(contents(oid)));
    expect(await Promise.allSettled(asked)).toMatchObject([
      { value: { content: Buffer.from('small') } },
      { reason: { code: 'git.too-large' } },
      { value: undefined },
      { value: { content: Buffer.from('small') } },
    ]);
  });

  it('starts another one where it was killed', async () => {
    const view = await open();
    const one = repository.blob('one');
    await view.ask(contents(one));
    const [first] = gits();
    process.kill(first ?? 0, 'SIGKILL');
    const settled = await Promise.allSettled([view.ask(contents(one)), view.ask(contents(one))]);
    expect(settled[1]).toMatchObject({ value: { content: Buffer.from('one') } });
    expect(gits()).not.toContain(first);
  });

  it('has ended with its view, and fails who still asks', async () => {
    const view = await open();
    const one = repository.blob('one');
    await view.ask(contents(one));
    const [pid = 0] = gits();
    const late = Promise.allSettled([view.ask(contents(one))]);
    await view.close();
    expect(await late).toMatchObject([{ reason: { code: 'git.failed' } }]);
    while (gits().includes(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
