import type { JsonObject } from './json.ts';

/** in-toto Statement v1, unsigned. https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export type UnsignedStatement = {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly [Subject];
  readonly predicateType: string;
  readonly predicate: JsonObject;
};
export type Subject = { readonly name: string; readonly digest: Readonly<Record<string, string>> };

export const predicateTypes = {
  provenance: 'https://slsa.dev/provenance/v1',
  verificationSummary: 'https://slsa.dev/verification_summary/v1',
  testResult: 'https://in-toto.io/attestation/test-result/v0.1',
  simpleVerification: 'https://in-toto.io/attestation/svr/v0.2',
  vulnerabilities: 'https://in-toto.io/attestation/vulns/v0.2',
} as const;

const names = 'urn:autoland:attestation:v1';
/** Who speaks; fixed names, so that a verifier can match on them. */
export const builderId = `${names}:builder`;
export const verifierId = `${names}:gate`;
export const buildType = `${names}:build`;
/** Who runs the guardrails. */
export const guardrailsId = `${names}:guardrails`;
/** The key of what this project adds to a test result: the guardrail's finding. */
export const findingExtension = `${names}:finding`;
/** The key of what this project adds to a verification summary. */
export const gateExtension = `${names}:gate-decision`;

/** `sha256:abcd` -> `{ sha256: 'abcd' }`. Throws a TypeError on anything else: a subject without a digest would match everything. */
export function digestSet(digest: string): Readonly<Record<string, string>> {
  const [, algorithm, hex] = /^([a-zA-Z][a-zA-Z0-9_]*):([0-9a-f]{40,128})$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined)
    throw new TypeError(`expected algorithm:hex, found ${digest}`);
  return { [algorithm]: hex };
}

export type About = {
  /** What the statement is about, such as a service or a branch. */
  readonly name: string;
  /** `algorithm:hex`, such as `sha256:…` of a release or `gitCommit:…`. */
  readonly digest: string;
};

function statement({ name, digest }: About, predicateType: string, predicate: JsonObject): UnsignedStatement {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: digestSet(digest) }],
    predicateType,
    predicate,
  };
}

export type ProvenanceInput = {
  readonly subject: About;
  /** The repository, as a URI or a name. */
  readonly repository: string;
  /** Full commit that was built. */
  readonly commit: string;
  /** What the builder was told, such as the install and build commands. */
  readonly parameters: JsonObject;
  /** Unique to this build. */
  readonly invocation: string;
  readonly startedOn: Date;
  readonly finishedOn: Date;
};

/** SLSA provenance v1. https://slsa.dev/spec/v1.0/provenance */
export function slsaProvenance(input: ProvenanceInput): UnsignedStatement {
  return statement(input.subject, predicateTypes.provenance, {
    buildDefinition: {
      buildType,
      externalParameters: { ...input.parameters, source: { uri: input.repository, commit: input.commit } },
      resolvedDependencies: [{ uri: input.repository, digest: { gitCommit: input.commit } }],
    },
    runDetails: {
      builder: { id: builderId },
      metadata: {
        invocationId: input.invocation,
        startedOn: input.startedOn.toISOString(),
        finishedOn: input.finishedOn.toISOString(),
      },
    },
  });
}

export type VerificationSummaryInput = {
  readonly subject: About;
  /** Where the subject is going to, such as `service:shop` or `refs/heads/main`. */
  readonly resource: string;
  readonly result: 'PASSED' | 'FAILED';
  readonly at: Date;
  readonly policy: { readonly uri: string /** SHA-256, hex. */; readonly digest: string };
  /** What the decision rests on. */
  readonly inputs: readonly { readonly uri: string /** `algorithm:hex` */; readonly digest: string }[];
  readonly change: string;
  /** Size and root (hex) of the audit log that holds the decision's intent. */
  readonly log: { readonly size: number; readonly root: string };
  /** A verifier MUST refuse the summary from then on. */
  readonly expires: Date;
  /** Unguessable and used once, so that an old decision cannot be replayed. */
  readonly nonce: string;
};

/** The gate's decision as a SLSA verification summary v1. https://slsa.dev/spec/v1.0/verification_summary */
export function verificationSummary(input: VerificationSummaryInput): UnsignedStatement {
  return statement(input.subject, predicateTypes.verificationSummary, {
    verifier: { id: verifierId },
    timeVerified: input.at.toISOString(),
    resourceUri: input.resource,
    policy: { uri: input.policy.uri, digest: digestSet(`sha256:${input.policy.digest}`) },
    inputAttestations: input.inputs.map(({ uri, digest }) => ({ uri, digest: digestSet(digest) })),
    verificationResult: input.result,
    // No SLSA level is claimed here: the decision is about this project's policy, not about SLSA's tracks.
    verifiedLevels: [],
    slsaVersion: '1.0',
    [gateExtension]: {
      change: input.change,
      expires: input.expires.toISOString(),
      logRoot: input.log.root,
      logSize: input.log.size,
      nonce: input.nonce,
    },
  });
}

export type TestResultInput = {
  readonly subject: About;
  readonly result: 'PASSED' | 'WARNED' | 'FAILED';
  /** What was run with, by digest: the suite's commit, the runner's configuration. */
  readonly configuration: readonly {
    readonly name: string /** `algorithm:hex` */;
    readonly digest: string;
  }[];
  readonly passed: readonly string[];
  readonly warned: readonly string[];
  readonly failed: readonly string[];
  /** Further members, by URI. */
  readonly extension?: JsonObject;
};

/** in-toto test result v0.1. https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md */
export function testResult(input: TestResultInput): UnsignedStatement {
  return statement(input.subject, predicateTypes.testResult, {
    ...input.extension,
    result: input.result,
    configuration: input.configuration.map(({ name, digest }) => ({ name, digest: digestSet(digest) })),
    passedTests: [...input.passed],
    warnedTests: [...input.warned],
    failedTests: [...input.failed],
  });
}

export type SimpleVerificationInput = {
  readonly subject: About;
  readonly verifier: string;
  readonly at: Date;
  /** What was verified and holds. */
  readonly properties: readonly string[];
};

/** in-toto simple verification result v0.2. https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md */
export function simpleVerification(input: SimpleVerificationInput): UnsignedStatement {
  return statement(input.subject, predicateTypes.simpleVerification, {
    verifier: { id: input.verifier, policies: [] },
    timeCreated: input.at.toISOString(),
    properties: [...input.properties],
  });
}

export type VulnerabilitiesInput = {
  readonly subject: About;
  readonly scanner: string;
  readonly startedOn: Date;
  readonly finishedOn: Date;
  readonly found: readonly { readonly id: string; readonly severity: string; readonly of: string }[];
};

/** in-toto vulnerabilities v0.2. https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns_02.md */
export function vulnerabilities(input: VulnerabilitiesInput): UnsignedStatement {
  return statement(input.subject, predicateTypes.vulnerabilities, {
    scanner: {
      uri: input.scanner,
      // The source was asked at that moment; it does not say when it last learned of anything.
      db: { lastUpdate: input.startedOn.toISOString() },
      result: input.found.map(({ id, severity, of }) => ({
        id,
        severity: [{ method: 'advisory', score: severity }],
        annotations: [{ package: of }],
      })),
    },
    metadata: {
      scanStartedOn: input.startedOn.toISOString(),
      scanFinishedOn: input.finishedOn.toISOString(),
    },
  });
}

/** What the gate adds to a verification summary. */
export type GateDecision = {
  readonly change: string;
  readonly expires: Date;
  readonly logRoot: string;
  readonly logSize: number;
  readonly nonce: string;
  readonly result: string;
  readonly resource: string;
  /** SHA-256, hex. */
  readonly policyDigest: string;
};

/**
 * The reverse of `verificationSummary`, for whoever admits by it; undefined unless the statement is one, whole, of our gate.
 * The signature MUST have been verified before; result and expiry are the caller's to check.
 */
export function readGateDecision(found: {
  predicateType: string;
  predicate: JsonObject;
}): GateDecision | undefined {
  const { predicate } = found;
  if (found.predicateType !== predicateTypes.verificationSummary) return undefined;
  if (text(object(predicate.verifier)?.id) !== verifierId) return undefined;
  const extension = object(predicate[gateExtension]);
  const { logSize } = extension ?? {};
  const expires = new Date(text(extension?.expires) ?? '');
  const texts = {
    change: text(extension?.change),
    logRoot: text(extension?.logRoot),
    nonce: text(extension?.nonce),
    result: text(predicate.verificationResult),
    resource: text(predicate.resourceUri),
    policyDigest: text(object(object(predicate.policy)?.digest)?.sha256),
  };
  if (typeof logSize !== 'number' || Number.isNaN(expires.getTime()) || !complete(texts)) return undefined;
  return { ...texts, logSize, expires };
}

function complete<Key extends string>(texts: Record<Key, string | undefined>): texts is Record<Key, string> {
  return Object.values(texts).every((value) => typeof value === 'string' && value !== '');
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
