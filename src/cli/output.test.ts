import { execFile } from 'node:child_process';
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

  it('keeps the stack of a bug, and its lines', async () => {
    expect((await reported(`new TypeError('x')`)).split('\n').length).toBeGreaterThan(2);
  });
});
