import { afterEach, beforeEach, describe } from 'vitest';
import type { Runtime } from '../../../ports/runtime.ts';
import { type RuntimeSetting, runtimeContract } from '../../../testing/contracts/runtime.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';
import { RuntimeClient } from '../processes/runtime-client.ts';
import { serveSupervisor } from '../processes/supervisor-server.ts';
import { closeServer } from '../unix-http.ts';

let stage: RuntimeCommandStage;
let close = async (): Promise<void> => {};
beforeEach(() => {
  stage = new RuntimeCommandStage();
});
afterEach(async () => {
  await close();
  close = async () => {};
  await stage.close();
});

describe('a supervisor that runs commands', () => {
  runtimeContract(async () => setting(await stage.supervisor(), restarted));
});

describe('RuntimeClient of a supervisor that runs commands', () => {
  runtimeContract(async () =>
    setting(await served(), async () => {
      await close();
      await stage.stage.leave();
      return served();
    }),
  );
});

async function restarted(): Promise<Runtime> {
  await stage.stage.leave();
  return stage.supervisor();
}

async function served(): Promise<Runtime> {
  const { stateDir } = stage.options;
  const server = await serveSupervisor(await stage.supervisor(), stateDir);
  close = () => closeServer(server);
  return new RuntimeClient({ stateDir });
}

function setting(runtime: Runtime, restart: () => Promise<Runtime>): RuntimeSetting {
  return {
    runtime,
    restart,
    spec: (changes) => stage.spec(changes),
    release: (version, service) => stage.release(version, service),
    unattested: (version) => stage.unattested(version),
    tamper: (digest) => stage.stage.tamper(digest),
    asked: (socket) => stage.stage.asked(socket),
  };
}
