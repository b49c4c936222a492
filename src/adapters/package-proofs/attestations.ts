import type { Bundle } from '@sigstore/bundle';
import { z } from 'zod';
import { messageOf } from '../../domain/errors.ts';
import { isRecord, type JsonRecord, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import type { BuildOrigin, ProvenanceProof } from '../../domain/npm/package-proofs.ts';
import { sameRepository } from '../../domain/npm/repository-url.ts';
import { originOf } from './certificate.ts';
import { claimedSource, isProvenance, isPublish } from './statement.ts';
import type { TrustRoot } from './trust-root.ts';

/** What an attestation has to be about. */
export type AttestedVersion = {
  readonly name: string;
  readonly version: string;
  /** Lower-case hex. */
  readonly sha512: string;
};

/** What a registry answers at /-/npm/v1/attestations/NAME@VERSION. */
const documentSchema = z.looseObject({
  attestations: z.array(z.looseObject({ predicateType: z.string(), bundle: z.unknown() })).max(10),
});

/**
 * Verifies a registry's attestations of a version: of its build, in SLSA's form, and of its publication. One that does
 * not hold spoils all; one of another kind, or by a key of the registry that is not known, proves nothing.
 */
export async function verifyAttestations(
  text: string,
  about: AttestedVersion,
  root: TrustRoot,
): Promise<ProvenanceProof> {
  const document = read(text);
  if (document === undefined) return { kind: 'unknown', why: 'what is served cannot be read' };
  const known = document.attestations.filter(
    ({ predicateType }) => isProvenance(predicateType) || isPublish(predicateType),
  );
  const judge = await makeJudge(about, root);
  const judged = known.map(({ predicateType, bundle }) => judge(predicateType, bundle));
  const bad = judged.find(({ kind }) => kind === 'wrong') ?? judged.find(({ kind }) => kind === 'unknown');
  if (bad?.kind === 'wrong' || bad?.kind === 'unknown') return bad;
  const origins = judged.flatMap((one) => (one.kind === 'built' ? [one.origin] : []));
  const [origin] = origins;
  if (origin === undefined) return { kind: 'none' };
  if (origins.some((one) => one.repository !== origin.repository || one.issuer !== origin.issuer))
    return { kind: 'wrong', why: 'it has several, of different sources' };
  return { kind: 'verified', origin, publishAttested: judged.some(({ kind }) => kind === 'published') };
}

type Judged =
  | { readonly kind: 'built'; readonly origin: BuildOrigin }
  | { readonly kind: 'published' }
  | Extract<ProvenanceProof, { kind: 'wrong' | 'unknown' }>;

async function makeJudge(about: AttestedVersion, root: TrustRoot) {
  // Loaded when first needed: they would slow down every start.
  const [{ bundleFromJSON }, { Verifier, toSignedEntity }] = await Promise.all([
    import('@sigstore/bundle'),
    import('@sigstore/verify'),
  ]);
  const verifier = new Verifier({ ...root.sigstore, publicKey: (hint) => attestationKey(root, hint) });

  return (predicateType: string, json: unknown): Judged => {
    try {
      const bundle = reading(() => bundleFromJSON(json));
      const statement = statementOf(bundle);
      const why = mismatch(statement, predicateType, about);
      if (why !== undefined) return { kind: 'wrong', why };
      assertKnownLogs(bundle, root);
      const { identity } = verifier.verify(toSignedEntity(bundle));
      if (isPublish(predicateType)) {
        return identity === undefined ? { kind: 'published' } : wrong('a publication is signed by a build');
      }
      const origin = originOf(identity ?? {});
      if (typeof origin === 'string') return { kind: 'unknown', why: origin };
      return contradiction(statement, origin) ?? { kind: 'built', origin };
    } catch (thrown) {
      if (thrown instanceof Unknown) return { kind: 'unknown', why: thrown.message };
      return wrong(messageOf(thrown).slice(0, 200));
    }
  };
}

const wrong = (why: string) => ({ kind: 'wrong', why }) as const;

class Unknown extends Error {}

/** A form that is younger than the library is no sign of forgery. */
function reading(read: () => Bundle): Bundle {
  try {
    return read();
  } catch (cause) {
    throw new Unknown('its form is not understood', { cause });
  }
}

/** Logs begin anew each year: one that is younger than the trust root is no sign of forgery. */
function assertKnownLogs({ verificationMaterial }: Bundle, { sigstore }: TrustRoot): void {
  for (const { logId } of verificationMaterial.tlogEntries) {
    const isKnown = sigstore.tlogs.some((log) => log.logID.equals(logId.keyId));
    if (!isKnown) throw new Unknown('it stands in a log that is not a trusted one');
  }
}

function attestationKey({ keys }: TrustRoot, hint: string) {
  const found = keys.find(({ id, use }) => use === 'attestations' && id === hint);
  if (found === undefined) throw new Unknown(`its key ${hint.slice(0, 100)} is not a trusted one`);
  const { key, end } = found;
  return { publicKey: key, validFor: (date: Date) => end === undefined || date < end };
}

/** Throws what is no attestation. */
function statementOf({ content }: Bundle): JsonRecord {
  if (content.$case !== 'dsseEnvelope') throw new Error('it holds no DSSE envelope');
  const { payload, payloadType, signatures } = content.dsseEnvelope;
  if (payloadType !== 'application/vnd.in-toto+json') throw new Error('it holds no in-toto statement');
  // The library verifies the first.
  if (signatures.length !== 1) throw new Error(`it has ${signatures.length} signatures`);
  return parseHostileObject(payload.toString('utf8'));
}

/** As npm names a version: https://github.com/package-url/purl-spec, with the scope's @ escaped. */
function purlOf({ name, version }: AttestedVersion): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function mismatch(statement: JsonRecord, predicateType: string, about: AttestedVersion): string | undefined {
  if (statement.predicateType !== predicateType) return 'it is of another kind than it is said to be';
  const subjects = Array.isArray(statement.subject) ? statement.subject : [];
  const [subject] = subjects;
  if (subjects.length !== 1 || !isRecord(subject)) return `it is about ${subjects.length} things`;
  if (subject.name !== purlOf(about)) return `it is about ${String(subject.name).slice(0, 100)}`;
  const { digest } = subject;
  const sha512 = isRecord(digest) && Object.hasOwn(digest, 'sha512') ? digest.sha512 : undefined;
  return sha512 === about.sha512 ? undefined : 'it is about a tarball with another digest';
}

/** The certificate says who built it; what the build says of itself must agree. */
function contradiction(statement: JsonRecord, origin: BuildOrigin): Judged | undefined {
  const claimed = claimedSource(statement);
  if (claimed === undefined || sameRepository(claimed, origin.repository)) return undefined;
  return wrong(`it names the source ${claimed.slice(0, 100)}, its certificate ${origin.repository}`);
}

function read(text: string): z.infer<typeof documentSchema> | undefined {
  try {
    return documentSchema.parse(parseHostileObject(text));
  } catch {
    return undefined;
  }
}
