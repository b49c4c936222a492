import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { until } from './cli.ts';
import { FlaggedStage, flaggedFiles, greet } from './flagged-greeter.ts';
import { Users } from './users.ts';

/** In what both services are made of. */
const behind = (flag: string, text: string, before: string) => ({
  'greet.js': greet(`  if (isOn('${flag}')) return '${text} ' + name;\n`).replace('hello', before),
  [`tests/${flag}.test.js`]: `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { within } from '../flags.js';
import { greet } from '../greet.js';

test('greets ${flag}', () => {
  strictEqual(within({ headers: { 'x-autoland-flags': '${flag}' } }, () => greet('you')), '${text} you');
});
`,
});

const service = (name: string, file: string, include: string) => `  - name: ${name}
    command: [node, ${file}]
    health: { path: /healthz, timeoutSeconds: 10 }
    memoryMiB: 256
    graceSeconds: 0
    artifact: { include: [package.json, flags.js, greet.js, ${include}] }
`;
const configured = flaggedFiles['.autoland/autoland.yaml'].replace(
  /service:\n(?: {2}.*\n)+/,
  `services:\n${service('greeter', 'server.js', 'server.js')}${service('farewell', 'farewell/server.js', 'farewell/**')}`,
);

const files = {
  ...flaggedFiles,
  '.autoland/autoland.yaml': configured,
  // The second cannot do with what is shouted.
  'farewell/server.js': flaggedFiles['server.js']
    .replace("'./flags.js'", "'../flags.js'")
    .replace("'./greet.js'", "'../greet.js'")
    .replace(
      "response.end(greet('you'))",
      "if (greet('you').includes('!')) throw new Error('too loud');\n      response.end('bye, ' + greet('you'))",
    ),
};

describe('a flag in the code of two services', () => {
  const stage = new FlaggedStage(files);
  let others: Users;
  const answers = () => Promise.all([...stage.urls.values()].map(async (url) => (await fetch(url)).text()));
  beforeAll(async () => {
    await stage.begin();
    others = new Users(stage.urls.get('farewell') ?? '').start();
    await until(
      () => ((others.statuses.get(200) ?? 0) > 250 ? true : undefined),
      () => JSON.stringify([...others.statuses]),
    );
  });
  afterAll(async () => {
    others?.end();
    await stage.close();
  });

  it('is given to the users of one after the other, and leaves both with its code', async () => {
    const brought = await stage.ended(await stage.submit(behind('warm', 'dear', 'hello')));
    expect(brought).toMatchObject({ class: 'flag-addition', state: 'landed', code: 'landed.promoted' });
    expect(await answers()).toEqual(['dear you', 'bye, dear you']);

    const { proposals } = await stage.json<ScanReport>('scan', '--agent', 'flag-removal');
    expect(proposals).toHaveLength(1);
    const removed = await stage.ended(proposals[0]?.change ?? '');
    expect(removed).toMatchObject({ class: 'flag-removal', state: 'landed', code: 'landed.promoted' });
    expect(stage.repo.show('main', 'greet.js')).not.toContain('warm');
    expect(await answers()).toEqual(['dear you', 'bye, dear you']);
    expect(await stage.flags()).toEqual([]);
  });

  it('is taken from both when it does harm at the second', async () => {
    const view = await stage.ended(await stage.submit(behind('loud', 'hey!', 'dear')));
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    expect(view.incident).toMatchObject({ service: 'farewell' });
    expect(await answers()).toEqual(['dear you', 'bye, dear you']);
    expect(await stage.ended(view.incident?.revert ?? '')).toMatchObject({ state: 'landed' });
    expect(stage.repo.show('main', 'greet.js')).not.toContain('loud');
    expect((await stage.run(['fsck'])).code).toBe(0);
    expect(others.statuses.get(0) ?? 0).toBe(0);
  });
});
