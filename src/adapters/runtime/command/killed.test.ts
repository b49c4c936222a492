import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/router-stage.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';
import { RuntimeClient } from '../processes/runtime-client.ts';
import { serveSupervisor } from '../processes/supervisor-server.ts';
import { closeServer } from '../unix-http.ts';

let stage: RuntimeCommandStage;
let servers: Server[] = [];
/** A line for each call of `deploy`. */
let calls: string;
beforeEach(() => {
  stage = new RuntimeCommandStage();
  calls = join(stage.stage.dir, 'calls');
});
afterEach(async () => {
  await Promise.all(servers.map(closeServer));
  servers = [];
  await stage.close();
});

const called = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);

describe('who is killed in the middle of a deploy', () => {
  /** A deploy of the example's that takes its time, and says that it has begun. */
  function slowly(): void {
    const real = JSON.stringify(join(stage.commandsDir, 'loopback'));
    stage.script(
      'slow',
      `require('node:fs').appendFileSync(${JSON.stringify(calls)}, 'deploy\\n');
       require('node:timers/promises').setTimeout(1000).then(() => {
         const done = require('node:child_process').spawnSync(${real}, { input: JSON.stringify(told) });
         process.stdout.write(done.stdout);
       });`,
    );
  }
  const spec = () => stage.spec({}, { deploy: ['slow'] });
  const begun = () => eventually(() => called().length === 1, 'deploy was called');

  it('as the control plane is: the next one asks again, and one instance runs', async () => {
    slowly();
    const { stateDir } = stage.options;
    const server = await serveSupervisor(await stage.supervisor(), stateDir);
    servers.push(server);
    const digest = await stage.release('one');
    const asking = fork(controlPlane(digest), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await begun();
    await killed(asking);
    const started = await new RuntimeClient({ stateDir }).start(spec(), digest);
    expect(started).toHaveLength(1);
    expect(called()).toEqual(['deploy']);
    expect(stage.pids()).toHaveLength(1);
  });

  it('as the supervisor is: the next one knows that there may be something, and can stop it', async () => {
    slowly();
    const digest = await stage.release('one');
    const child = fork(supervisor(), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await begun();
    await killed(child);
    const next = await stage.supervisor();
    expect(await next.running()).toEqual([]);
    expect(await next.start(spec(), digest)).toHaveLength(1);
    expect(stage.pids()).toHaveLength(1);
    await next.stop('shop', digest);
    expect(stage.pids()).toHaveLength(0);
  });

  function controlPlane(digest: string): string {
    const path = join(stage.stage.dir, 'control-plane.mjs');
    const stateDir = JSON.stringify(stage.options.stateDir);
    writeFileSync(
      path,
      `import { RuntimeClient } from ${from('../processes/runtime-client.ts')};
       await new RuntimeClient({ stateDir: ${stateDir} }).start(${JSON.stringify(spec())}, ${JSON.stringify(digest)});`,
    );
    return path;
  }

  function supervisor(): string {
    const path = join(stage.stage.dir, 'supervisor.mjs');
    writeFileSync(
      path,
      `import { Supervisor } from ${from('../processes/supervisor.ts')};
       import { RuntimeStage } from ${from('../../../testing/runtime-stage.ts')};
       const made = new RuntimeStage(${JSON.stringify(stage.stage.dir)});
       const source = ${JSON.stringify(stage.source)};
       const supervisor = await Supervisor.open({
         ...made.options, lifetime: 'detached', commands: ${JSON.stringify(stage.options.commands)},
       });
       await supervisor.start(${JSON.stringify(spec())}, await made.release('one', source));`,
    );
    return path;
  }
});

function from(file: string): string {
  return JSON.stringify(new URL(file, import.meta.url).href);
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
