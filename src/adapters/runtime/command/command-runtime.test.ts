import { afterEach, beforeEach, describe } from 'vitest';
import { runtimeContract } from '../../../testing/contracts/runtime.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';

let stage: RuntimeCommandStage;
beforeEach(() => {
  stage = new RuntimeCommandStage();
});
afterEach(() => stage.close());

describe('a supervisor that runs commands', () => {
  runtimeContract(async () => ({
    runtime: await stage.supervisor(),
    restart: async () => {
      await stage.stage.leave();
      return stage.supervisor();
    },
    spec: (changes) => stage.spec(changes),
    release: (version, service) => stage.release(version, service),
    unattested: (version) => stage.unattested(version),
    tamper: (digest) => stage.stage.tamper(digest),
  }));
});
