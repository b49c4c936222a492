import { createHash, createHmac } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ProcessIdentity } from '../adapters/runtime/processes/process-identity.ts';
import { Supervisor, type SupervisorOptions } from '../adapters/runtime/processes/supervisor.ts';
import { AutolandError } from '../domain/errors.ts';
import { verificationSummary } from '../domain/statements.ts';
import type { Attestation, AttestationVerifier, Role, Statement } from '../ports/attestor.ts';
import type { AttachmentName, Release, ReleaseStore } from '../ports/release-store.ts';
import type { Instance, ProcessSpec } from '../ports/runtime.ts';
import { PlainLauncherForTests } from './plain-launcher.ts';

/** Releases in a directory, checked by a digest over their files; attestations in memory. */
export class DirReleaseStore implements ReleaseStore {
  readonly #root: string;
  readonly #known = new Map<string, Release>();
  readonly #attached = new Map<string, Attestation>();

  constructor(root: string) {
    this.#root = root;
  }

  async put(input: { dir: string; service: string; commit: string }): Promise<Release> {
    const digest = digestOf(input.dir);
    const dir = join(this.#root, digest.slice(7, 27));
    cpSync(input.dir, dir, { recursive: true });
    const release = { digest, service: input.service, commit: input.commit, dir };
    this.#known.set(digest, release);
    return release;
  }

  async attach(digest: string, name: AttachmentName, attestation: Attestation): Promise<void> {
    this.#attached.set(`${digest} ${name}`, attestation);
  }

  async attached(digest: string, name: AttachmentName): Promise<Attestation | undefined> {
    return this.#attached.get(`${digest} ${name}`);
  }

  async get(digest: string): Promise<Release | undefined> {
    const release = this.#known.get(digest);
    if (release !== undefined && digestOf(release.dir) !== digest) {
      throw new AutolandError('release.corrupt', `expected ${digest}, found ${digestOf(release.dir)}`);
    }
    return release;
  }

  async collect(): Promise<readonly string[]> {
    return [];
  }
}

/** Statements under an HMAC per role: real to forge, small to write. */
export class HmacVerifier implements AttestationVerifier {
  readonly #key = 'a key for tests';

  sign(
    role: Role,
    digest: string,
    how: { result?: 'PASSED' | 'FAILED'; service?: string } = {},
  ): Attestation {
    const { result = 'PASSED', service = 'shop' } = how;
    return { role, digest, result, service, mac: this.#mac(role, digest, `${result} ${service}`) };
  }

  async verify(role: Role, attestation: Attestation, digest: string): Promise<Statement> {
    const result = attestation.result === 'PASSED' ? 'PASSED' : 'FAILED';
    const service = String(attestation.service);
    if (attestation.mac !== this.#mac(role, digest, `${result} ${service}`)) {
      throw new AutolandError('attestation.invalid', `not signed by ${role} for ${digest}`);
    }
    const at = new Date();
    return verificationSummary({
      subject: { name: 'release', digest },
      resource: `service:${service}`,
      result,
      at,
      policy: { uri: 'policy', digest: '0'.repeat(64) },
      inputs: [],
      change: 'chg_0',
      log: { size: 1, root: '0'.repeat(64) },
      expires: new Date(at.getTime() + 60_000),
      nonce: 'n',
    });
  }

  #mac(role: Role, digest: string, what: string): string {
    return createHmac('sha256', this.#key).update(`${role} ${digest} ${what}`).digest('hex');
  }
}

const SERVER = `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const version = readFileSync('version', 'utf8');
console.log('starting', version);
if (version.startsWith('broken')) { console.error('cannot open the database'); process.exit(3); }
const asked = [];
createServer((request, response) => {
  if (request.url === '/asked') return response.end(JSON.stringify(asked));
  if (request.url !== '/health') asked.push(request.url);
  if (request.url === '/health') return response.writeHead(version.startsWith('sick') ? 500 : 200).end();
  if (request.url === '/env') return response.end(JSON.stringify(process.env));
  if (request.url === '/crash') process.exit(1);
  if (request.url === '/slow') return setTimeout(() => response.end(version), 200);
  response.end(version);
}).listen(process.env.PORT);
`;

/** A state directory, a release store, and the spec of a small service: for tests. */
export class RuntimeStage {
  readonly dir: string;
  readonly verifier = new HmacVerifier();
  readonly releases: DirReleaseStore;
  readonly options: SupervisorOptions;
  readonly #open: Supervisor[] = [];

  /** `dir`: one that another stage made, and removes. */
  constructor(dir = mkdtempSync(join(tmpdir(), 'al-'))) {
    this.dir = dir;
    this.releases = new DirReleaseStore(join(dir, 'releases'));
    this.options = {
      stateDir: join(dir, 's'),
      launcher: new PlainLauncherForTests(),
      releases: this.releases,
      verifier: this.verifier,
      lifetime: 'with-parent',
    };
  }

  spec(changes: Partial<ProcessSpec> = {}): ProcessSpec {
    return {
      name: 'shop',
      command: [process.execPath, 'server.mjs'],
      env: { GREETING: 'hello' },
      secretFiles: {},
      health: { path: '/health', timeoutSeconds: 10 },
      instances: 1,
      memoryMiB: 256,
      processes: 32,
      graceSeconds: 0,
      ...changes,
    };
  }

  /** A version of the service that answers with its name, or runs `source`; attested by the gate. Answers its digest. */
  async release(version: string, source = SERVER, service = 'shop'): Promise<string> {
    const dir = join(this.dir, 'source', version);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'server.mjs'), source);
    writeFileSync(join(dir, 'version'), version);
    const { digest } = await this.releases.put({ dir, service, commit: 'c'.repeat(40) });
    await this.releases.attach(digest, `gate-${service}`, this.verifier.sign('gate', digest, { service }));
    return digest;
  }

  /** The same, without the gate's word. */
  async unattested(version: string, source = SERVER): Promise<string> {
    const digest = await this.release(version, source);
    await this.releases.attach(digest, 'gate-shop', {});
    return digest;
  }

  /** One byte of a release is another than was attested. */
  async tamper(digest: string): Promise<void> {
    writeFileSync(join((await this.releases.get(digest))?.dir ?? '', 'version'), 'other');
  }

  /** What an instance was asked, but for its health; `socket` may be an address. */
  asked(socket: string): Promise<readonly string[]> {
    const at = socket.startsWith('/') ? { socketPath: socket, path: '/asked' } : `${socket}/asked`;
    return new Promise((resolve, reject) => {
      get(at, (response) => {
        text(response).then((body) => resolve(JSON.parse(body) as string[]), reject);
      }).on('error', reject);
    });
  }

  async supervisor(changes: Partial<SupervisorOptions> = {}): Promise<Supervisor> {
    const supervisor = await Supervisor.open({ ...this.options, ...changes });
    this.#open.push(supervisor);
    return supervisor;
  }

  /** Ends the supervisors, and nothing that they run. */
  async leave(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((supervisor) => supervisor.close('leave')));
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((supervisor) => supervisor.close('end')));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Of an instance of this machine. */
export function processOf({ pid, startTime, socket }: Instance): ProcessIdentity {
  if (pid === null || startTime === null) throw new Error(`${socket} runs somewhere else`);
  return { pid, startTime };
}

function digestOf(dir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dir).sort()) hash.update(name).update(readFileSync(join(dir, name)));
  return `sha256:${hash.digest('hex')}`;
}
