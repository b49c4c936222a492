import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagCrowd, type Ports } from '../../src/testing/flag-crowd.ts';
import { FlagStage } from '../../src/testing/flag-stage.ts';
import { eventually } from '../../src/testing/router-stage.ts';

/* The service is killed under its clients, who all come again at once: whatever happened meanwhile, each of them must come right. */

let stage: FlagStage;
let service: ChildProcess | undefined;
let crowd: FlagCrowd | undefined;
beforeEach(() => {
  stage = new FlagStage();
});
afterEach(async () => {
  await crowd?.close();
  service?.kill('SIGKILL');
  await stage.close();
});

const anyPorts: Ports = { sync: 0, evaluation: 0, ofrep: 0 };

async function serve(ports: Ports): Promise<Ports> {
  const options = { stateDir: stage.dir, environment: 'production', host: '127.0.0.1', ports, origins: [] };
  const script = join(stage.dir, 'service.mjs');
  const module = new URL('../../src/adapters/flag-service/flag-service-process.ts', import.meta.url).href;
  writeFileSync(
    script,
    `process.once('disconnect', () => process.exit());
     const { runFlagService } = await import(${JSON.stringify(module)});
     process.send((await runFlagService(JSON.parse(process.argv[2]))).ports);`,
  );
  service = fork(script, [JSON.stringify({ ...options, perSecond: 1_000, connections: 1_000 })]);
  const [found] = await once(service, 'message', { signal: AbortSignal.timeout(20_000) });
  return found as Ports;
}

async function kill9(): Promise<void> {
  const gone = service === undefined ? undefined : once(service, 'exit');
  service?.kill('SIGKILL');
  await gone;
}

describe('a flag service that is killed', () => {
  it('loses nothing: every client that comes again at once is right again', async () => {
    const token = stage.token();
    for (const key of ['shop.a', 'shop.b', 'shop.c']) await stage.flags.write(key, 1, 0);
    const ports = await serve(anyPorts);
    crowd = new FlagCrowd(ports, token, { sync: 40, events: 40, pages: 40 });
    const all = crowd;
    await eventually(() => all.settled('shop.c', true) !== undefined, 'everybody is on');
    for (const key of ['shop.a', 'shop.b']) {
      await kill9();
      await stage.flags.kill(key, 'person:alice');
      await serve(ports);
      await eventually(() => all.settled(key, false) !== undefined, `${key} is off for everybody`);
      expect(all.settled('shop.c', true)).toHaveLength(120);
    }
    expect(all.returns).toBeGreaterThanOrEqual(240);
    await stage.flags.kill('shop.c', 'person:alice');
    await eventually(() => all.settled('shop.c', false) !== undefined, 'a kill without a restart');
  });
});
