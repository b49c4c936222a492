import type { FlagsView } from '../../src/wiring/serving/flags.ts';
import { rules } from './greeter.ts';
import type { Files } from './repository.ts';
import { Stage } from './stage.ts';

/** `body`: before the line that everybody gets. */
export const greet = (body: string) => `import { isOn } from './flags.js';

export const greet = (name) => {
  if (isOn('short')) return name;
${body}  return 'hello ' + name;
};
`;

/** Over the greeter's own files. A service without packages reads the router's header itself. */
export const flaggedFiles = {
  'flags.js': `import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage();
export const within = ({ headers }, run) => requests.run(headers['x-autoland-flags'] ?? '', run);
export const isOn = (name) => (requests.getStore() ?? '').split(', ').includes(name);
`,
  'greet.js': greet(''),
  'server.js': `import { createServer } from 'node:http';
import { within } from './flags.js';
import { greet } from './greet.js';

createServer((request, response) =>
  within(request, () => {
    if (request.url === '/healthz') return response.end('ok');
    try {
      response.end(greet('you'));
    } catch {
      response.writeHead(500).end();
    }
  }),
).listen(process.env.PORT);
`,
  '.autoland/autoland.yaml': `${rules({ levels: { 'flag-addition': 'deploy', 'flag-removal': 'deploy' } })}flags: { helpers: ['flags.js#isOn'], removeAfter: 1ms }\n`,
};

/** A service whose code has flags, under users. */
export class FlaggedStage extends Stage {
  #url = '';

  constructor(files: Files = flaggedFiles) {
    super(files);
  }

  async begin(): Promise<void> {
    this.#url = await this.up();
    await this.open(this.#url);
  }

  async flags(): Promise<FlagsView['flags']> {
    return (await this.json<FlagsView>('flags')).flags;
  }

  /** As a newcomer gets it. */
  async answer(): Promise<string> {
    return (await fetch(this.#url)).text();
  }
}

/** New behaviour behind a flag, and the test that knows it. */
export const kind = {
  'greet.js': greet("  if (isOn('kind')) return 'dear ' + name;\n"),
  'tests/kind.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { within } from '../flags.js';
import { greet } from '../greet.js';

const asked = (flags) => within({ headers: { 'x-autoland-flags': flags } }, () => greet('you'));
test('is kind where it is told to be', () => {
  strictEqual(asked('kind'), 'dear you');
  strictEqual(asked('other'), 'hello you');
});
`,
};
