import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import type { RegistryKey } from '../adapters/package-proofs/keys.ts';
import type { TrustRoot } from '../adapters/package-proofs/trust-root.ts';
import { certificate, der, extension, octets, oid, sequence, tbsCertificate, utf8 } from './der.ts';

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** What a build says of itself and its certificate says of it; everything can be wished for. */
export type BuildWish = {
  readonly issuer?: string;
  readonly repository?: string;
  readonly repositoryId?: string;
  readonly runner?: string;
  /** In the statement; default: that of the certificate. */
  readonly claims?: string;
};

type Subject = { readonly name: string; readonly version: string; readonly sha512: string };

const hour = 3_600_000;

/**
 * A certificate authority, a certificate log, a transparency log and a registry with keys of their own, which speak
 * as Sigstore and npm do: what they sign is verified by the same code, and none of it holds anywhere else.
 */
export class SigstoreWorld {
  readonly #authority = pair();
  readonly #certificateLog = pair();
  readonly #log = pair();
  readonly #registry = pair();
  readonly #now: Date;
  readonly keyId = 'SHA256:registry-of-the-test';

  constructor(now = new Date('2026-01-01T00:00:00Z')) {
    this.#now = now;
  }

  /** `end`: of the registry's keys. */
  root(end?: Date): TrustRoot {
    const validFor = { start: '2000-01-01T00:00:00Z' };
    const log = ({ publicKey }: { publicKey: KeyObject }) => ({
      baseUrl: 'https://log.test',
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: spki(publicKey).toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor,
      },
      logId: { keyId: sha256(spki(publicKey)).toString('base64') },
    });
    const certificates = [{ rawBytes: this.#authorityCertificate().toString('base64') }];
    const sigstore = toTrustMaterial(
      TrustedRoot.fromJSON({
        mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
        tlogs: [log(this.#log)],
        ctlogs: [log(this.#certificateLog)],
        certificateAuthorities: [{ uri: 'https://ca.test', certChain: { certificates }, validFor }],
        timestampAuthorities: [],
      }),
    );
    const key = { id: this.keyId, key: this.#registry.publicKey, end };
    const keys: readonly RegistryKey[] = [
      { ...key, use: 'signatures' },
      { ...key, use: 'attestations' },
    ];
    return { keys, sigstore };
  }

  /** As a registry answers at /-/npm/v1/keys. */
  servedKeys(expires: string | null = null): string {
    const key = spki(this.#registry.publicKey).toString('base64');
    const kind = { keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256' };
    return JSON.stringify({ keys: [{ keyid: this.keyId, key, expires, ...kind }] });
  }

  /** As in `dist.signatures`. */
  signature(text: string): { keyid: string; sig: string } {
    const sig = sign('sha256', Buffer.from(text), this.#registry.privateKey).toString('base64');
    return { keyid: this.keyId, sig };
  }

  /** As a registry answers at /-/npm/v1/attestations/NAME@VERSION. */
  attestations(subject: Subject, build: BuildWish = {}) {
    return { attestations: [this.provenance(subject, build), this.publication(subject)] };
  }

  provenance(subject: Subject, build: BuildWish = {}) {
    const repository = build.repository ?? 'https://github.com/kit/kit';
    const workflow = { repository: build.claims ?? repository, path: '.github/workflows/release.yml' };
    const predicateType = 'https://slsa.dev/provenance/v1';
    const predicate = { buildDefinition: { externalParameters: { workflow } } };
    const signer = pair();
    const leaf = this.#leaf(signer.publicKey, { ...build, repository });
    const material = { certificate: { rawBytes: leaf.toString('base64') } };
    return { predicateType, bundle: this.#bundle({ subject, predicateType, predicate, signer, material }) };
  }

  publication(subject: Subject) {
    const predicateType = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';
    const { name, version } = subject;
    const predicate = { name, version, registry: 'https://registry.npmjs.org' };
    const signer = this.#registry;
    const material = { publicKey: { hint: this.keyId } };
    return { predicateType, bundle: this.#bundle({ subject, predicateType, predicate, signer, material }) };
  }

  #bundle(wish: {
    readonly subject: Subject;
    readonly predicateType: string;
    readonly predicate: object;
    readonly signer: { readonly privateKey: KeyObject };
    readonly material: object;
  }) {
    const { name, version, sha512 } = wish.subject;
    const subject = [{ name: `pkg:npm/${name.replace(/^@/, '%40')}@${version}`, digest: { sha512 } }];
    const { predicateType, predicate } = wish;
    const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
    const payload = Buffer.from(JSON.stringify(statement));
    const payloadType = 'application/vnd.in-toto+json';
    const header = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `);
    const sig = sign('sha256', Buffer.concat([header, payload]), wish.signer.privateKey).toString('base64');
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      verificationMaterial: {
        ...('certificate' in wish.material
          ? { x509CertificateChain: { certificates: [wish.material.certificate] } }
          : wish.material),
        tlogEntries: [this.#logEntry(payload, sig)],
      },
      dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig, keyid: '' }] },
    };
  }

  /** Rekor's entry of kind dsse 0.0.1, with its promise. */
  #logEntry(payload: Buffer, signature: string) {
    const body = {
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
        signatures: [{ signature }],
      },
    };
    const canonicalizedBody = Buffer.from(JSON.stringify(body)).toString('base64');
    const integratedTime = Math.floor(this.#now.getTime() / 1000);
    const logID = sha256(spki(this.#log.publicKey));
    // Its keys are in order, as the canonical form wants them.
    const promise = { body: canonicalizedBody, integratedTime, logID: logID.toString('hex'), logIndex: 1 };
    const signed = sign('sha256', Buffer.from(JSON.stringify(promise)), this.#log.privateKey);
    return {
      logIndex: '1',
      logId: { keyId: logID.toString('base64') },
      kindVersion: { kind: 'dsse', version: '0.0.1' },
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp: signed.toString('base64') },
      inclusionProof: null,
      canonicalizedBody,
    };
  }

  #authorityCertificate(): Buffer {
    const isAuthority = extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))));
    const mayIssue = extension('2.5.29.15', der(0x03, Buffer.from([1, 0x06])));
    const wish = { subject: 'authority', issuer: 'authority', ...this.#validity(24 * 365) };
    const tbs = tbsCertificate({
      ...wish,
      key: this.#authority.publicKey,
      extensions: [mayIssue, isAuthority],
    });
    return certificate(tbs, this.#authority.privateKey);
  }

  #validity(hours: number) {
    const now = this.#now.getTime();
    return { from: new Date(now - hours * hour), to: new Date(now + hours * hour) };
  }

  #leaf(key: KeyObject, build: BuildWish & { readonly repository: string }): Buffer {
    const fulcio = (last: number, text: string | undefined) =>
      text === undefined ? [] : [extension(`1.3.6.1.4.1.57264.1.${last}`, utf8(text))];
    const workflow = `${build.repository}/.github/workflows/release.yml@refs/heads/main`;
    const extensions = [
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.3'))),
      extension('2.5.29.17', sequence(der(0x86, Buffer.from(workflow)))),
      ...fulcio(8, build.issuer ?? 'https://token.actions.githubusercontent.com'),
      ...fulcio(11, build.runner ?? 'github-hosted'),
      ...fulcio(12, build.repository),
      ...fulcio(13, '0123456789abcdef0123456789abcdef01234567'),
      ...fulcio(15, build.repositoryId),
    ];
    const wish = { subject: 'build', issuer: 'authority', key, ...this.#validity(1) };
    const promised = extension(
      '1.3.6.1.4.1.11129.2.4.2',
      this.#promise(tbsCertificate({ ...wish, extensions })),
    );
    const tbs = tbsCertificate({ ...wish, extensions: [...extensions, promised] });
    return certificate(tbs, this.#authority.privateKey);
  }

  /** Signed certificate timestamp of a precertificate: RFC 6962, 3.2 and 3.3. */
  #promise(tbs: Buffer): Buffer {
    const number = (value: number, bytes: number) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntBE(value, 0, bytes);
      return buffer;
    };
    const timestamp = Buffer.alloc(8);
    timestamp.writeBigUInt64BE(BigInt(this.#now.getTime()));
    const issuer = sha256(spki(this.#authority.publicKey));
    const entry = [number(1, 2), issuer, number(tbs.length, 3), tbs, number(0, 2)];
    const signed = Buffer.concat([number(0, 1), number(0, 1), timestamp, ...entry]);
    const signature = sign('sha256', signed, this.#certificateLog.privateKey);
    const log = sha256(spki(this.#certificateLog.publicKey));
    const head = [number(0, 1), log, timestamp, number(0, 2), Buffer.from([4, 3])];
    const one = Buffer.concat([...head, number(signature.length, 2), signature]);
    return octets(Buffer.concat([number(one.length + 2, 2), number(one.length, 2), one]));
  }
}
