import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeployedSpec } from '../../../ports/runtime.ts';
import { MemoryReleases } from '../../../testing/memory-releases.ts';
import { obstacleTo } from '../instance-address.ts';
import { Troubles } from '../troubles.ts';
import type { Answer } from './answers.ts';
import { DeployedGroup } from './deployed-group.ts';
import { StatusWatch } from './status-watch.ts';

const digests = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`);
const [asked = ''] = digests;
/** Nobody listens at any of them. */
const addresses = [
  '127.0.0.1:1',
  '127.0.0.1:2',
  '127.0.0.2:1',
  '169.254.169.254:1',
  '10.0.0.1:1',
  'x:1/y',
].map((host) => `http://${host}`);
const spec: DeployedSpec = {
  name: 'shop',
  health: { path: '/health', timeoutSeconds: 1 },
  instances: 1,
  graceSeconds: 0,
  commands: {
    deploy: ['deploy'],
    status: ['status'],
    stop: ['stop'],
    settings: {},
    secretFiles: {},
    timeoutSeconds: 1,
    addresses: ['127.0.0.1', '169.254.0.0/15'],
  },
};

const answer: fc.Arbitrary<Answer<'status'>> = fc.record({
  versions: fc.array(
    fc.record({
      digest: fc.constantFrom(...digests),
      instances: fc.array(fc.record({ address: fc.constantFrom(...addresses) }), { maxLength: 4 }),
    }),
    { maxLength: 4 },
  ),
});

/** Each declared address is where one version listens, or none. */
const clear: fc.Arbitrary<Answer<'status'>> = fc
  .tuple(
    ...addresses
      .slice(0, 2)
      .map((address) => fc.tuple(fc.constant(address), fc.option(fc.constantFrom(...digests)))),
  )
  .map((places) => ({
    versions: digests.map((digest) => ({
      digest,
      instances: places.flatMap(([address, whose]) => (whose === digest ? [{ address }] : [])),
    })),
  }));

/** A watch over one version that was asked for; `next` is what the status command answers. */
function watched() {
  const said: { next: Answer<'status'> } = { next: { versions: [] } };
  const groups: DeployedGroup[] = [];
  const context = {
    releases: new MemoryReleases(),
    verifier: { verify: () => Promise.reject(new Error('nothing is started here')) },
    caller: { call: async () => said.next as never },
    troubles: new Troubles(() => {}),
    changed: () => {},
    moved: () => {},
    taken: (address: string, { digest }: { digest: string }) =>
      groups.find((one) => one.digest !== digest && one.sockets.includes(address))?.digest,
  };
  const add = (digest: string, from: 'left' | 'found', at: readonly string[] = []) => {
    const group = new DeployedGroup({ spec, digest, addresses: at }, context, from);
    groups.push(group);
    return group;
  };
  add(asked, 'left', addresses.slice(0, 1));
  const found = (_: DeployedSpec, digest: string) => add(digest, 'found');
  return { said, groups, watch: new StatusWatch({ ...context, groups: () => groups, found, everyMs: 0 }) };
}

describe('whatever a status answers', () => {
  it('property: users are sent to declared addresses only, to no two versions at one, and never to what was only found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 5 }), async (answers) => {
        const { said, groups, watch } = watched();
        for (const one of answers) {
          said.next = one;
          await watch.look();
          const all = groups.flatMap(({ sockets }) => sockets);
          expect(all.filter((address) => obstacleTo(address, spec.commands.addresses) !== undefined)).toEqual(
            [],
          );
          expect(new Set(all).size).toBe(all.length);
          expect(groups.filter(({ stray }) => !stray).map(({ digest }) => digest)).toEqual([asked]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('property: after any others, one without a fault says where versions run that answer nowhere else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 3 }), clear, async (before, last) => {
        const { said, groups, watch } = watched();
        for (const one of [...before, last]) {
          said.next = one;
          await watch.look();
        }
        for (const { digest, sockets } of groups) {
          const own = last.versions.find((version) => version.digest === digest)?.instances ?? [];
          expect(new Set(sockets)).toEqual(new Set(own.map(({ address }) => address)));
        }
      }),
      { numRuns: 150 },
    );
  });
});
