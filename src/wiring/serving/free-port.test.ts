import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort, portsOf } from './free-port.ts';

it.each([
  ['7300', [7300, 7301, 7302]],
  ['0', [0, 0, 0]],
  ['admin=7400,shop=7300', [7300, 7400, 0]],
  [' shop=7300 , admin=7400 ', [7300, 7400, 0]],
])('%s: ports of shop, admin and another', (text, expected) => {
  const wanted = portsOf(text);
  expect(['shop', 'admin', 'other'].map(wanted.of)).toEqual(expected);
});

it.each([
  '',
  'x',
  '65536',
  '7300,7400',
  'shop=7300,7400',
  'shop=1,shop=2',
  'shop=1,admin=1',
  'shop=',
  'shop=1;admin=2',
  '-1',
])('%j is no port', (text) => {
  expect(() => portsOf(text)).toThrowError(expect.objectContaining({ code: 'usage' }));
});

it('is another one where it is taken, by a stranger or by a service of ours', async () => {
  const stranger = createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as { port: number };
  try {
    expect(await freePort(port)).not.toBe(port);
    const free = await freePort(0);
    expect(await freePort(free, { taken: [free] })).not.toBe(free);
    // A router of an earlier start stays where it is.
    expect(await freePort(0, { ours: port })).toBe(port);
    expect(await freePort(port, { ours: port })).toBe(port);
  } finally {
    stranger.close();
  }
});
