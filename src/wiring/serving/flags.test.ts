import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openWiringBench } from '../../testing/wiring-bench.ts';
import { makeFlagToken } from './flags.ts';

it('journals no token that it cannot keep, and makes none where it cannot look what is served', async () => {
  const bench = await openWiringBench();
  try {
    const wish = { name: 'web', environment: 'production', scopes: ['read'], by: 'person:alice' } as const;
    const made = async () => (await bench.repository.store.read({ types: ['flag-token.made'] })).length;
    const tokens = bench.repository.place.files.flagTokens;
    writeFileSync(tokens, '{"version":1,"tokens":[{"id":1}]}');
    await expect(makeFlagToken(bench.place, wish)).rejects.toMatchObject({
      code: 'state.corrupt',
      message: `expected flag tokens in ${tokens}, found something else: tokens.0.id: Invalid input: expected string, received number`,
    });
    expect(await made()).toBe(0);
    writeFileSync(tokens, '{"version":1,"tokens":[]}');
    bench.push('version: [');
    await expect(makeFlagToken(bench.place, wish)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await made()).toBe(0);
  } finally {
    await bench.close();
  }
});
