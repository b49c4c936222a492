import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultOfNode } from './node-version.ts';

test('a Node that is too old is told, with the oldest that will do', () => {
  for (const version of ['24.0.0', '24.21.0', '100.1.0']) expect(faultOfNode(version)).toBeUndefined();
  for (const version of ['23.11.1', '20.20.2', '0.12.0', ''])
    expect(faultOfNode(version)).toBe(`expected Node.js 24 or later, found ${version}`);
});

test('the oldest one is the one that the package asks for', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(manifest) as { engines: { node: string } };
  const oldest = engines.node.replace('>=', '');
  expect(faultOfNode(`${oldest}.0.0`)).toBeUndefined();
  expect(faultOfNode('0.0.0')).toContain(`Node.js ${oldest} or later`);
});
