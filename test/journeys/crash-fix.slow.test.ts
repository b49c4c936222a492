import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrashesView } from '../../src/views/crashes.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { until } from './cli.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Throws for whoever has no items, and reports it as OTLP/HTTP has it. */
const files = {
  'cart.js': 'export function total(cart) {\n  return cart.items.length;\n}\n',
  'server.js': `import { createServer, request } from 'node:http';
import { greet } from './greet.js';
import { total } from './cart.js';

function report(error) {
  const attribute = (key, stringValue) => ({ key, value: { stringValue } });
  const attributes = [
    attribute('exception.type', error.name),
    attribute('exception.message', error.message + ' for ' + process.hrtime.bigint()),
    attribute('exception.stacktrace', error.stack),
  ];
  const record = { timeUnixNano: String(Date.now()) + '000000', severityNumber: 17, attributes };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  const to = { socketPath: process.env.AUTOLAND_OTLP_SOCKET, path: '/v1/logs', method: 'POST' };
  const sent = request({ ...to, headers: { 'content-type': 'application/json' } }, (answer) => answer.resume());
  sent.on('error', () => {});
  sent.end(body);
}

createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  try {
    response.end(request.url === '/cart' ? String(total({})) : greet('you'));
  } catch (error) {
    report(error);
    response.writeHead(500).end();
  }
}).listen(process.env.PORT);
`,
  'tests/cart.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { total } from '../cart.js';

test('counts', () => strictEqual(total({ items: [1] }), 1));
`,
  // As far as it goes: it must not matter.
  '.autoland/autoland.yaml': rules({ levels: { 'crash-fix': 'deploy' } }),
};

describe('a crash of production', () => {
  const stage = new Stage(files);
  let url = '';
  beforeAll(async () => {
    url = await stage.up();
  });
  afterAll(() => stage.close());

  const crashes = () => stage.json<CrashesView>('crashes');
  const scan = (...more: readonly string[]) =>
    stage.json<ScanReport>('scan', '--agent', 'crash-fix', ...more);

  it('is counted by its place in the sources, whatever its message says', async () => {
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
    for (let at = 0; at < 12; at++) expect((await fetch(`${url}/cart`)).status).toBe(500);
    let found = await crashes();
    await until(
      async () => {
        found = await crashes();
        return (found.crashes[0]?.inStable ?? 0) >= 12 ? true : undefined;
      },
      () => JSON.stringify(found),
    );
    expect(found.crashes).toMatchObject([
      {
        service: 'greeter',
        errorType: 'TypeError',
        frames: [{ file: 'cart.js', line: 2, functionName: 'total' }, { file: 'server.js' }],
        change: null,
      },
    ]);
  });

  it('is counted of the same version elsewhere, by what a collector hands on', async () => {
    const frames = (await crashes()).crashes[0]?.frames ?? [];
    const lines = frames.map(({ file, line, column, functionName = '<anonymous>' }) => {
      return `    at ${functionName} (/srv/shop/7/${file}:${line}:${column})`;
    });
    const stack = `TypeError: x\n${lines.join('\n')}`;
    const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const record = {
      severityNumber: 17,
      attributes: [attribute('exception.type', 'TypeError'), attribute('exception.stacktrace', stack)],
    };
    const resource = {
      attributes: [attribute('service.name', 'greeter'), attribute('service.version', stage.repo.tip())],
    };
    const body = JSON.stringify({
      resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record, record] }] }],
    });
    const before = (await crashes()).crashes[0]?.inStable ?? 0;
    const socketPath = join(stage.state, 'run', 'otlp.sock');
    const headers = { 'content-type': 'application/json' };
    const sent = request({ socketPath, path: '/v1/logs', method: 'POST', headers }).end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
    await until(
      async () => ((await crashes()).crashes[0]?.inStable === before + 2 ? true : undefined),
      () => `more than ${before}`,
    );
    expect((await crashes()).crashes).toHaveLength(1);
  });

  it('is mended by a branch with a test, which waits for a person whatever its level', async () => {
    const before = stage.repo.tip();
    const { proposals, skipped } = await scan();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      {
        title: 'Mend TypeError in total (cart.js)',
        places: [expect.stringMatching(/^cart\.js:2: by a template, optional-chain, found at attempt \d+$/)],
      },
    ]);
    const [proposal] = proposals;
    const short = (await crashes()).crashes[0]?.signature.slice(0, 12);
    const test = stage.repo.show(proposal?.ref ?? '', `tests/cart-crash-${short}.test.js`);
    expect(test).toContain('await subject.total({});');
    expect(stage.repo.show(proposal?.ref ?? '', 'cart.js')).toContain('?.');
    const change = await stage.ended(proposal?.change ?? '');
    expect(change).toMatchObject({ class: 'crash-fix', state: 'held' });
    expect(change.guardrails).toContainEqual(
      expect.objectContaining({ name: 'reproduction', code: 'reproduction.fails-before' }),
    );
    expect(JSON.stringify(change)).toContain('have not earned to land alone');
    expect(stage.repo.tip()).toBe(before);
    expect((await crashes()).crashes[0]?.change).toMatchObject({ id: proposal?.change, outcome: 'held' });
    expect((await scan()).skipped).toMatchObject([{ code: 'crash-fix.turned-away' }]);
  });
});
