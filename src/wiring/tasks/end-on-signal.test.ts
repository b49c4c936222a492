import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const program = `import { endOnSignal } from ${JSON.stringify(import.meta.resolve('./end-on-signal.ts'))};
const waiting = setInterval(() => {}, 1000);
const ending = endOnSignal(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  console.log('told');
});
if (process.argv[1] === 'released') ending[Symbol.dispose]();
console.log('ready');`;

async function run(how: string, signal: NodeJS.Signals) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, how], { stdio: 'pipe' });
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    if (said.join('') === 'ready\n') child.kill(signal);
  });
  const [code, by] = await once(child, 'close');
  return { said: said.join(''), code, by };
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the process once it was told what that ends', async (signal, code) => {
  expect(await run('held', signal)).toEqual({ said: 'ready\ntold\n', code, by: null });
});

it('what is over is not told of', async () => {
  expect(await run('released', 'SIGTERM')).toEqual({ said: 'ready\n', code: null, by: 'SIGTERM' });
});
