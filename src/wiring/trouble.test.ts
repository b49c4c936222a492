import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('a trouble drives no terminal, and passes for no other line', async () => {
  const message = JSON.stringify('could not\u001b[2J\nautoland: all is well\u009b31m');
  const code = `import { tellTrouble } from ${JSON.stringify(new URL('./trouble.ts', import.meta.url).href)}; tellTrouble(${message})`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  expect((await run).stderr).toBe('autoland: could not[2J\n  autoland: all is well31m\n');
});
