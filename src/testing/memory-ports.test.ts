import { beforeEach, describe, expect, it } from 'vitest';
import { fixMakerContract } from './contracts/fix-maker.ts';
import { flagStoreContract } from './contracts/flags.ts';
import { runtimeContract } from './contracts/runtime.ts';
import { planPath, type TestPlan, testMeasurerContract } from './contracts/test-measurer.ts';
import { MemoryFixMaker } from './memory-fix-maker.ts';
import { MemoryFlags } from './memory-flags.ts';
import { MemoryRuntime } from './memory-runtime.ts';
import { MemoryTestMeasurer } from './memory-test-measurer.ts';
import { recorded } from './recorded.ts';

describe('MemoryFlags', () => {
  let flags: MemoryFlags;
  beforeEach(() => {
    flags = new MemoryFlags();
  });
  flagStoreContract(() => flags);
});

describe('MemoryRuntime', () => {
  const words: Record<string, string> = { broken: 'cannot open the database', sick: 'it does not answer' };
  runtimeContract(async () => {
    const altered = new Set<string>();
    const runtime = new MemoryRuntime({
      admits: async (digest, service) => digest.startsWith(`good:${service}:`) && !altered.has(digest),
      diesWith: (digest) => words[digest.slice('good:shop:'.length)],
    });
    return {
      runtime,
      // It has nothing but its memory.
      restart: async () => runtime,
      spec: (changes = {}) => ({
        name: 'shop',
        command: ['node', 'server.js'],
        env: {},
        secretFiles: {},
        health: { path: '/health', timeoutSeconds: 10 },
        instances: 1,
        memoryMiB: 64,
        processes: 8,
        graceSeconds: 0,
        ...changes,
      }),
      release: async (version, service = 'shop') => `good:${service}:${version}`,
      unattested: async (version) => `bad:shop:${version}`,
      tamper: async (digest) => void altered.add(digest),
    };
  });
});

describe('MemoryFixMaker', () => {
  fixMakerContract(() => new MemoryFixMaker());
});

describe('MemoryTestMeasurer', () => {
  const plans = new Map<string, string>();
  const measurer = new MemoryTestMeasurer({
    readFile: async (tree, path) => (path === planPath ? Buffer.from(plans.get(tree) ?? '') : undefined),
  });
  const tree = (plan: TestPlan) => {
    const text = JSON.stringify(plan);
    plans.set(text, text);
    return text;
  };
  testMeasurerContract(() => ({ measurer, tree, left: () => [] }));
});

describe('recorded', () => {
  it('passes every call on, and puts it down first', async () => {
    const calls: string[] = [];
    const flags = recorded(calls, 'flags', new MemoryFlags());
    await flags.write('shop.n', 0.5, 0);
    expect(await flags.read('shop.n')).toMatchObject({ weight: 0.5 });
    expect(calls).toEqual(['flags.write', 'flags.read']);
  });
});
