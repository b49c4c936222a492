import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { modelContract } from '../../testing/contracts/model.ts';
import type { ModelTrial } from '../../testing/model-bench.ts';
import { messagesWire } from './anthropic/wire.ts';
import { HttpModel } from './http-model.ts';
import { chatWire } from './openai/wire.ts';
import type { Wire } from './wire.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-model-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const prices = { input: 3, output: 15 };

function maker(wire: Wire, below: string, wantsKey: boolean) {
  return ({ url, key, limits, isScripted }: ModelTrial) => {
    const keyFile = join(dir, 'key');
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
    return new HttpModel({
      identity: { name: 'reviewer', family: 'test', model: 'model-1', scripted: isScripted },
      wire,
      server: { url: `${url}${below}`, keyFile: wantsKey ? keyFile : undefined },
      prices,
      limits,
    });
  };
}

describe('Anthropic', () => {
  modelContract(maker(messagesWire, '', true), {
    wantsKey: true,
    signsReasoning: true,
    takesTemperature: false,
  });
});

describe('OpenAI', () => {
  modelContract(maker(chatWire('openai'), '/v1', true), {
    wantsKey: true,
    signsReasoning: false,
    takesTemperature: false,
  });
});

describe('a server that speaks as OpenAI does, without a key', () => {
  modelContract(maker(chatWire('plain'), '/v1/', false), {
    wantsKey: false,
    signsReasoning: false,
    takesTemperature: true,
  });
});
