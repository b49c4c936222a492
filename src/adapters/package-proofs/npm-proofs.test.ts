import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { SigstoreWorld } from '../../testing/sigstore-world.ts';
import { Packuments } from '../registry/packuments.ts';
import { NpmProofs } from './npm-proofs.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const world = new SigstoreWorld();
const sha512 = (text: string) => createHash('sha512').update(text);
const integrity = `sha512-${sha512('kit').digest('base64')}`;
const about = { name: '@a/kit', version: '1.0.0', sha512: sha512('kit').digest('hex') };
const signature = world.signature(`@a/kit@1.0.0:${integrity}`);

type Story = {
  readonly dist?: object;
  readonly version?: object;
  readonly time?: string | null;
  readonly attestations?: unknown;
  readonly keys?: string;
  readonly keysOf?: readonly string[];
  readonly root?: ReturnType<SigstoreWorld['root']>;
};

/** A registry that serves one version of one package, as npm's does. */
async function prove(story: Story) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const say = (body: unknown) => response.end(typeof body === 'string' ? body : JSON.stringify(body));
    if (path === '/@a%2fkit') return void say(packument(story, `http://${request.headers.host}`));
    const more = path.endsWith('/keys') ? story.keys : story.attestations;
    if (more === 'silence') return;
    return more === undefined ? void response.writeHead(404).end() : void say(more);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const registry = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const settings = { registry };
  const limits = { totalMs: 20_000, retries: 0, backoffMs: 10, stallMs: 2_000 };
  const packuments = new Packuments({ settings, limits });
  const trustRoot = async () => story.root ?? world.root();
  const proofs = new NpmProofs({ settings, packuments, limits, trustRoot });
  const keysOf = story.keysOf ?? (story.keys === undefined ? [] : [registry]);
  return { proof: await proofs.prove(about, keysOf), asked };
}

function packument({ dist, version, time = '2026-01-01T00:00:00.000Z' }: Story, origin: string) {
  const own = { tarball: `${origin}/@a/kit/-/kit-1.0.0.tgz`, integrity, ...dist };
  return {
    name: '@a/kit',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: '@a/kit', version: '1.0.0', dist: own, ...version } },
    time: { '1.0.0': time },
  };
}

describe("a registry's signature", () => {
  const ended = (end: string) => ({ ...world, root: world.root(new Date(end)) });
  it.each<[string, Story, string]>([
    ['holds', { dist: { signatures: [signature] } }, 'verified'],
    ['is not there', {}, 'none'],
    ['is of another digest', { dist: { signatures: [world.signature('@a/kit@1.0.0:sha512-x')] } }, 'wrong'],
    ['is no signature', { dist: { signatures: [{ ...signature, sig: 'AAAA' }] } }, 'wrong'],
    ['is by an unknown key', { dist: { signatures: [{ ...signature, keyid: 'SHA256:x' }] } }, 'unknown'],
    ['cannot be read', { dist: { signatures: 'yes' } }, 'unknown'],
    [
      'is wrong beside one that holds',
      { dist: { signatures: [signature, { ...signature, sig: 'AAAA' }] } },
      'wrong',
    ],
    [
      'is by a key that had ended',
      { dist: { signatures: [signature] }, root: ended('2025-12-31T00:00:00Z').root },
      'expired',
    ],
    [
      'is by a key that ended later',
      { dist: { signatures: [signature] }, root: ended('2026-01-02T00:00:00Z').root },
      'verified',
    ],
    [
      'is by an ended key, at a time unknown',
      { dist: { signatures: [signature] }, root: ended('2026-01-02T00:00:00Z').root, time: null },
      'unknown',
    ],
  ])('that %s', async (_what, story, kind) => {
    expect((await prove(story)).proof?.signature.kind).toBe(kind);
  });

  const own = { dist: { signatures: [signature] }, root: { ...world.root(), keys: [] } };
  it("counts by the registry's own keys only where they are trusted", async () => {
    const keys = world.servedKeys();
    expect((await prove({ ...own, keys })).proof?.signature.kind).toBe('verified');
    const untrusted = await prove({ ...own, keys, keysOf: ['https://elsewhere.test/'] });
    expect(untrusted.proof?.signature.kind).toBe('unknown');
    expect(untrusted.asked).toEqual(['/@a%2fkit']);
    const expired = world.servedKeys('2025-06-01T00:00:00.000Z');
    expect((await prove({ ...own, keys: expired })).proof?.signature.kind).toBe('expired');
  });

  it.each(['silence', '{', '{"keys":[{"keyid":"a","keytype":"ecdsa-sha2-nistp256","key":"AAAA"}]}'])(
    'is unknown when the keys are %s',
    async (keys) => {
      expect((await prove({ ...own, keys })).proof?.signature.kind).toBe('unknown');
    },
  );
});

describe('attestations', () => {
  const dist = { attestations: { url: 'https://evil.test/-/npm/v1/attestations/x@1' } };

  it('are asked for at the registry itself, wherever the packument points', async () => {
    const { proof, asked } = await prove({ dist, attestations: world.attestations(about) });
    expect(proof?.provenance).toMatchObject({ kind: 'verified', publishAttested: true });
    expect(asked).toEqual(['/@a%2fkit', '/-/npm/v1/attestations/@a%2fkit@1.0.0']);
  });

  it.each<[string, Story, string]>([
    ['are not promised', { attestations: world.attestations(about) }, 'none'],
    ['are promised and not there', { dist }, 'unknown'],
    ['do not come', { dist, attestations: 'silence' }, 'unknown'],
    ['are a page', { dist, attestations: '<html>' }, 'unknown'],
    [
      'are of another digest',
      { dist, attestations: world.attestations({ ...about, sha512: 'ab' }) },
      'wrong',
    ],
    [
      'are about a version without a sha512',
      {
        dist: { ...dist, integrity: undefined, shasum: 'a'.repeat(40) },
        attestations: world.attestations(about),
      },
      'unknown',
    ],
  ])('that %s', async (_what, story, kind) => {
    expect((await prove(story)).proof?.provenance.kind).toBe(kind);
  });
});

describe('who published', () => {
  it('is read from the version', async () => {
    const version = {
      _npmUser: { name: 'ada', email: 'ada@a.test' },
      maintainers: [{ name: 'ada' }, { name: 'bob' }],
      repository: { type: 'git', url: 'git+https://github.com/a/kit.git' },
    };
    expect((await prove({ version })).proof).toMatchObject({
      publisher: { name: 'ada', trustedBy: undefined },
      maintainers: ['ada', 'bob'],
      publishers: ['ada'],
      repository: 'git+https://github.com/a/kit.git',
    });
  });

  it('may be a trusted workflow', async () => {
    const version = { _npmUser: { name: 'GitHub Actions', trustedPublisher: { id: 'github' } } };
    expect((await prove({ version })).proof?.publisher).toEqual({
      name: 'GitHub Actions',
      trustedBy: 'github',
    });
  });

  it.each([
    [{}],
    [{ _npmUser: 7, maintainers: {}, repository: [] }],
    [{ _npmUser: { name: 'x'.repeat(600) } }],
  ])('is not known from %j', async (version) => {
    expect((await prove({ version })).proof).toMatchObject({ publisher: undefined, maintainers: undefined });
  });
});

it('knows nothing of a version that is not there', async () => {
  const { proof } = await prove({ version: {} });
  expect(proof).toBeDefined();
  const settings = { registry: 'http://127.0.0.1:9/' };
  const packuments = new Packuments({ settings, limits: { totalMs: 500, retries: 0 } });
  const asking = new NpmProofs({ settings, packuments }).prove(about, []);
  await expect(asking).rejects.toMatchObject({ code: 'registry.unreachable' });
});
