import { expect, it } from 'vitest';
import { refuseMixed } from './mcp-options.ts';

it.each([
  ['--ephemeral on the standard streams', { ephemeral: true }, 'found --ephemeral alone'],
  ['--agent over HTTP', { http: '0', agent: 'codex' }, 'found --agent'],
  ['--read-only over HTTP', { http: '0', readOnly: true }, 'found --read-only'],
] as const)('%s is refused: it would count for nothing', (_what, options, found) => {
  expect(() => refuseMixed(options)).toThrow(found);
});

it('what goes together is not', () => {
  for (const options of [{}, { agent: 'codex', readOnly: true }, { http: '0', ephemeral: true }] as const)
    expect(() => refuseMixed(options)).not.toThrow();
});
