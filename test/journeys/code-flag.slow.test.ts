import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { FlaggedStage, flaggedFiles } from './flagged-greeter.ts';

const part = (body: string) => `import { isOn } from './flags.js';

export const part = (name) => {
${body};
};
`;
const served = {
  ...flaggedFiles,
  'part.js': part("  if (isOn('never')) return '';\n  return 'bye ' + name"),
  'server.js': flaggedFiles['server.js']
    .replace(
      "import { greet } from './greet.js';",
      "import { greet } from './greet.js';\nimport { part } from './part.js';",
    )
    .replace("response.end(greet('you'))", "response.end(greet('you') + ', ' + part('you'))"),
};

/** Its test knows the new behaviour alone, so that it outlives the flag. */
const kind = {
  'part.js': part(
    "  if (isOn('never')) return '';\n  if (isOn('kind')) return 'farewell ' + name;\n  return 'bye ' + name",
  ),
  'tests/kind.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { within } from '../flags.js';
import { part } from '../part.js';

test('parts kindly', () => {
  strictEqual(within({ headers: { 'x-autoland-flags': 'kind' } }, () => part('you')), 'farewell you');
});
`,
};

describe('the whole life of a flag in the code', () => {
  const stage = new FlaggedStage(served);
  beforeAll(() => stage.begin());
  afterAll(() => stage.close());

  it('comes, is given to everybody, and leaves with its code while users notice nothing', async () => {
    expect(await stage.answer()).toBe('hello you, bye you');
    const brought = await stage.ended(await stage.submit(kind));
    expect([brought.class, brought.state, brought.reasons]).toEqual([
      'flag-addition',
      'landed',
      ['every user has the new version'],
    ]);
    expect(await stage.answer()).toBe('hello you, farewell you');
    expect(await stage.flags()).toMatchObject([{ code: 'kind', exposed: 1 }]);

    const { proposals } = await stage.json<ScanReport>('scan', '--agent', 'flag-removal');
    expect(proposals).toMatchObject([{ title: 'Remove the flag kind, which everybody has' }]);
    const view = await stage.ended(proposals[0]?.change ?? '');
    expect(view).toMatchObject({ class: 'flag-removal', state: 'landed', code: 'landed.promoted' });
    expect(stage.repo.show('main', 'part.js')).toBe(
      part("  if (isOn('never')) return '';\n  return 'farewell ' + name").trimEnd(),
    );
    expect(await stage.answer()).toBe('hello you, farewell you');
    expect(await stage.flags()).toEqual([]);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
  });
});
