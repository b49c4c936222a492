import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Breaker } from '../../adapters/model/around/breaking.ts';
import { proxiedMessages } from '../../adapters/model-proxy/anthropic/proxied.ts';
import type { ProxiedModel } from '../../adapters/model-proxy/carry.ts';
import { ModelProxy, type ModelProxyOptions } from '../../adapters/model-proxy/model-proxy.ts';
import { proxiedChat } from '../../adapters/model-proxy/openai/proxied.ts';
import { proxiedResponses } from '../../adapters/model-proxy/openai-responses/proxied.ts';
import type { ProxiedWire } from '../../adapters/model-proxy/proxied-wire.ts';
import { socketPath } from '../../adapters/runtime/state-layout.ts';
import type { ModelProvider } from '../../domain/model-provider.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExchangeLog } from '../../ports/model.ts';
import type { SandboxJob, SandboxLauncher } from '../../ports/sandbox.ts';
import type { StateFiles } from '../place/place.ts';
import { modelServersFile, readModelServers } from './model-servers.ts';
import { type Models, type ModelsConfig, type PlacedModel, placed } from './models.ts';

const proxied: Readonly<Record<ModelProvider, readonly ProxiedWire[]>> = {
  anthropic: [proxiedMessages],
  openai: [proxiedChat('openai'), proxiedResponses],
  'openai-compatible': [proxiedChat('plain'), proxiedResponses],
};

export type ModelDoorParts = {
  readonly models: Models;
  readonly config: ModelsConfig;
  readonly files: Pick<StateFiles, 'models' | 'run'>;
  /** Whose job it is: it connects to the socket. */
  readonly owner: ReturnType<SandboxLauncher['owner']>;
  readonly clock: Clock;
};

/** For one job: which models it may ask, for which change, and where that is kept. */
export type ModelDoorJob = {
  readonly names: readonly string[];
  readonly change: string | undefined;
  readonly log: ExchangeLog;
  readonly onRefused?: NonNullable<ModelProxyOptions['onRefused']>;
};

export type ModelDoor = {
  /** What the job in the sandbox needs: clients of Anthropic's and OpenAI's find the rest by themselves. */
  readonly job: Required<Pick<SandboxJob, 'modelSocket' | 'env'>>;
  close(): Promise<void>;
};

/**
 * Opens a way to some models for one job, to be closed when the job has ended: until then the token counts, and then nothing does.
 * Rejects with `config.invalid` or `key.unsafe` where a model has no place on this machine.
 */
export async function openModelDoor(parts: ModelDoorParts, job: ModelDoorJob): Promise<ModelDoor> {
  const { models, config, files, owner, clock } = parts;
  const { change, log, onRefused } = job;
  const file = modelServersFile(files);
  const servers = await readModelServers(file);
  const named = job.names.flatMap((name) => {
    const found = placed(name, config, servers, file);
    return proxiedModels(found, models.breakerOf(found));
  });
  // Nobody guesses its name, and no other job of this machine is bound to it.
  const socket = socketPath(join(files.run, `model-${randomBytes(9).toString('hex')}.sock`));
  const token = `autoland-${randomBytes(24).toString('hex')}`;
  const proxy = new ModelProxy({
    ...{ socket, owner, token, models: named, change, log, clock },
    budgets: models.budgets(config),
    ...(onRefused !== undefined && { onRefused }),
  });
  await proxy.start();
  return {
    job: { modelSocket: socket, env: { ANTHROPIC_API_KEY: token, OPENAI_API_KEY: token } },
    async close(): Promise<void> {
      await proxy.close();
      await rm(socket, { force: true });
    },
  };
}

/** On each wire that its clients may speak. */
function proxiedModels({ name, config, server }: PlacedModel, breaker: Breaker): readonly ProxiedModel[] {
  const { family, model, provider, prices } = config;
  return proxied[provider].map((wire) => ({
    identity: { name, family, model, scripted: server.scripted },
    server: { url: server.url, keyFile: server.keyFile ?? undefined },
    prices: prices ?? undefined,
    proxied: wire,
    breaker,
  }));
}
