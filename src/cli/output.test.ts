import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const output = new URL('./output.ts', import.meta.url).href;

/** In a process of its own: what it writes is what a terminal gets. */
async function reported(thrown: string, isJson = false): Promise<string> {
  const code = `import { report } from ${JSON.stringify(output)};
    import { AutolandError } from ${JSON.stringify(new URL('../domain/errors.ts', import.meta.url).href)};
    report(${thrown}, ${isJson});`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return stderr;
}

describe('what went wrong', () => {
  it.each([
    ['a bug', `new TypeError('found \\u001b[2J\\u009b31m')`],
    ['a mistake', `new AutolandError('usage', 'found \\u001b[2J\\u009b31m', { mend: '\\u001b[3J' })`],
  ])('is told without what a terminal obeys: %s', async (_what, thrown) => {
    const text = await reported(thrown);
    expect(text).toContain('found [2J31m');
    expect(text.replaceAll('\n', '')).toMatch(/^\P{Cc}*$/u);
    expect(await reported(thrown, true)).toMatch(/^\{.*\}\n$/);
  });

  it('is said by the exit code also where nobody reads what is written', async () => {
    const code = `import { endQuietlyUnread, print } from ${JSON.stringify(output)};
      endQuietlyUnread();
      setTimeout(() => process.exit(9), 20_000);
      process.stdin.resume().on('end', () => { print(undefined, '', () => ['broken']); process.exitCode = 1; });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code]);
    child.stdout.destroy();
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('keeps the stack of a bug, and its lines', async () => {
    expect((await reported(`new TypeError('x')`)).split('\n').length).toBeGreaterThan(2);
  });
});
