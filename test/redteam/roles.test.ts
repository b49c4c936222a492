import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DsseAttestor } from '../../src/adapters/attestor/dsse-attestor.ts';
import { Supervisor } from '../../src/adapters/runtime/processes/supervisor.ts';
import { serviceSpec } from '../../src/config/plans.ts';
import { policyDigest } from '../../src/config/policy-digest.ts';
import type { PolicyDecision } from '../../src/domain/decision.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { StageContext } from '../../src/domain/stage.ts';
import { type VerificationSummaryInput, verificationSummary } from '../../src/domain/statements.ts';
import type { Role } from '../../src/ports/attestor.ts';
import type { KeyRing } from '../../src/ports/key-ring.ts';
import { merge } from '../../src/stages/5-merge/run.ts';
import { sampleClassification } from '../../src/testing/changes.ts';
import { covers } from '../../src/testing/covers.ts';
import { checkRepository } from '../../src/wiring/journal/fsck.ts';
import { openRealState, type RealState } from './support/real-state.ts';

const change = 'chg_0123456789ab';
const hour = 3_600_000;
const otherDigest = `sha256:${'e'.repeat(64)}`;
/** Every role but the one whose word counts. */
const thieves: readonly Role[] = ['recorder', 'verifier', 'lander', 'deployer'];

let real: RealState;
beforeEach(async () => {
  real = await openRealState();
});
afterEach(() => real.close());

/** Signs with the stolen key of `thief`, in the name of the gate. */
function inTheNameOfTheGate(keyRing: KeyRing, thief: Role): DsseAttestor {
  return new DsseAttestor({
    publicKey: () => keyRing.publicKey(thief),
    sign: (_role, bytes) => keyRing.sign(thief, bytes),
  });
}

type Forged = Partial<Omit<VerificationSummaryInput, 'subject'>> & { readonly digest?: string };

/** By name: what a thief of some power, or a replay, can bring. */
async function forgeries(honest: VerificationSummaryInput) {
  const { attestor, keyRing } = real.workshop;
  const gate = (over: Forged) => {
    const { digest = honest.subject.digest, ...rest } = over;
    return attestor.sign(
      'gate',
      verificationSummary({ ...honest, ...rest, subject: { name: 'shop', digest } }),
    );
  };
  const statement = verificationSummary(honest);
  const stolen = thieves.flatMap((thief) => [
    [`signed by ${thief}`, attestor.sign(thief, statement)] as const,
    [`signed by ${thief} as gate`, inTheNameOfTheGate(keyRing, thief).sign('gate', statement)] as const,
  ]);
  const { policy: _none, ...halfPredicate } = statement.predicate;
  const replayed = [
    ['expired', gate({ expires: new Date(Date.now() - 1) })],
    ['a FAILED verdict', gate({ result: 'FAILED' })],
    ['for elsewhere', gate({ resource: 'service:bank' })],
    ['not a whole decision', attestor.sign('gate', { ...statement, predicate: halfPredicate })],
    ['nothing', Promise.resolve({})],
  ] as const;
  const all = await Promise.all(
    [...stolen, ...replayed].map(async ([name, made]) => [name, await made] as const),
  );
  return { all, gate, honest: await gate({}) };
}

describe('what the lander merges', () => {
  covers('LLM06', 'ASI03', 'ASI07');
  async function stage() {
    const { git, rules } = real.workshop;
    const base = await git.resolve('main');
    const files = new Map([['README.md', Buffer.from('better\n')]]);
    const input = { base, files, message: 'docs', ref: 'refs/heads/autoland/docs', at: new Date() };
    const head = await git.propose(input);
    const merged = await git.mergeTree(base, head);
    if (merged.kind !== 'clean') throw new Error('the sample must merge');
    const { tree } = merged;
    const digest = policyDigest(await rules.load());
    const honest: VerificationSummaryInput = {
      ...about({ name: change, digest: `gitTree:${tree}` }),
      resource: `main@${base}`,
      policy: { uri: '.autoland/policy.cedar', digest },
    };
    return { base, head, tree, digest, honest };
  }

  /** The merge stage with this attestation in the journal as the gate's: what became of it. */
  async function land(at: Awaited<ReturnType<typeof stage>>, attestation: JsonObject): Promise<string> {
    const { workshop, repository } = real;
    const decision = permit(at.digest);
    const classification = sampleClassification({ base: at.base, tree: at.tree }, { class: 'docs' });
    const guardrails = { verdict: 'pass', results: [] } as const;
    const log = { size: 1, root: '0'.repeat(64) };
    const effect = async <Receipt extends Json>(
      step: string,
      _intent: JsonObject,
      act: () => Promise<Receipt>,
    ): Promise<Receipt> => (step === 'attest' ? { log, attestation } : await act()) as Receipt;
    const ctx: StageContext = {
      id: change,
      proposal: { source: 'agent:x', title: 'docs', head: at.head, ref: 'x', target: 'main', record: {} },
      results: { classify: classification, guardrails, policy: decision },
      legs: [],
      conclusion: undefined,
      round: 0,
      stageSince: new Date(),
      now: new Date(),
      signals: [],
      recall: () => undefined,
      note: async () => {},
      consume: async () => {},
      effect,
      closing: effect,
    };
    const { controls } = repository;
    const ports = {
      ...workshop,
      controls,
      ledger: () => repository.ledger(),
      autonomy: () => repository.autonomy(),
      nonce: () => 'n',
    };
    const outcome = await merge(ctx, ports).catch((thrown: unknown) => ({ kind: String(thrown) }));
    return (await workshop.git.resolve('main')) === at.base ? 'not merged' : outcome.kind;
  }

  it('is what the gate permitted, unexpired, for this tree, tip and policy, and nothing that another key signed', async () => {
    const at = await stage();
    const { all, gate, honest } = await forgeries(at.honest);
    const more = [
      ...all,
      ['for another tree', await gate({ digest: `gitTree:${'a'.repeat(40)}` })],
      ['for another change', await gate({ change: 'chg_other' })],
      ['by another policy', await gate({ policy: { uri: 'x', digest: 'f'.repeat(64) } })],
      ['for another tip', await gate({ resource: `main@${'b'.repeat(40)}` })],
    ] as const;
    for (const [name, attestation] of more)
      expect([name, await land(at, attestation)]).toEqual([name, 'not merged']);
    expect(await land(at, honest)).toBe('done');
  });

  it('is found by fsck when the lander’s key alone made it', async () => {
    const { base, head, tree } = await stage();
    const { git, auditLog } = real.workshop;
    await auditLog.publish();
    const before = await checkRepository({ repo: real.repo, state: real.state });
    const trailers = [['Autoland-Change', change]] as const;
    const made = { tree, parents: [base, head], message: 'docs', trailers, at: new Date() };
    const commit = await git.makeCommit(made);
    expect(await git.advance('main', base, commit)).toBe('moved');
    const after = await checkRepository({ repo: real.repo, state: real.state });
    const disagreeing = (found: typeof before) =>
      found.findings.filter(({ ok }) => !ok).map(({ check }) => check);
    expect(disagreeing(before)).toEqual([]);
    expect(after.ok).toBe(false);
    expect(disagreeing(after)).toEqual(['merges journalled']);
  });
});

describe('what the runtime starts', () => {
  covers('LLM06', 'ASI03', 'ASI10');
  async function stage() {
    const { workshop, state } = real;
    const { commit, config } = await workshop.rules.load();
    const built = await workshop.builder.build(commit, config);
    if ('failed' in built) throw new Error(built.failed);
    if (config.service === null) throw new Error('the sample has a service');
    const supervisor = await Supervisor.open({
      stateDir: state,
      launcher: workshop.sandbox,
      releases: workshop.releases,
      verifier: workshop.attestations,
      lifetime: 'with-parent',
    });
    const digest = built.digests.shop ?? '';
    const honest = { ...about({ name: 'shop', digest }), resource: 'service:shop' };
    const start = async (attestation: JsonObject): Promise<string> => {
      await workshop.releases.attach(digest, 'gate-shop', attestation);
      const spec = serviceSpec(config.service ?? never());
      return supervisor.start(spec, digest).then(
        () => 'started',
        (thrown) => thrown.code,
      );
    };
    return { supervisor, digest, honest, start };
  }

  it('is what the gate permitted, unexpired, for this digest and service, and nothing that another key signed', async () => {
    const { supervisor, honest, start } = await stage();
    try {
      const { all, gate, honest: right } = await forgeries(honest);
      const more = [...all, ['for another digest', await gate({ digest: otherDigest })]] as const;
      for (const [name, attestation] of more)
        expect([name, await start(attestation)]).toEqual([name, 'runtime.refused']);
      expect(await supervisor.running()).toEqual([]);
      expect(await start(right)).toBe('started');
    } finally {
      await supervisor.close('end');
    }
  });

  it('starts again what production runs, however old the decision, and never what was altered', async () => {
    const { supervisor, digest, honest, start } = await stage();
    try {
      const { all, honest: right } = await forgeries(honest);
      expect(await start(right)).toBe('started');
      await supervisor.route({ service: 'shop', stable: digest, candidate: null });
      const expired = all.find(([name]) => name === 'expired')?.[1] ?? never();
      expect(await start(expired)).toBe('started');
      const release = await real.workshop.releases.get(digest);
      const file = join(release?.dir ?? '', 'server.js');
      await chmod(file, 0o644);
      await writeFile(file, 'require("node:child_process");\n');
      expect(await start(right)).toBe('runtime.refused');
    } finally {
      await supervisor.close('end');
    }
  });
});

function about(subject: VerificationSummaryInput['subject']): VerificationSummaryInput {
  const at = new Date();
  return {
    subject,
    resource: '',
    result: 'PASSED',
    at,
    policy: { uri: '.autoland/policy.cedar', digest: '0'.repeat(64) },
    inputs: [],
    change,
    log: { size: 1, root: '0'.repeat(64) },
    expires: new Date(at.getTime() + hour),
    nonce: 'n',
  };
}

function permit(digest: string): PolicyDecision {
  const codes = ['policy.permitted'];
  return { value: 'permit', codes, reasons: ['x'], policyIds: ['x'], policyDigest: digest, level: 'deploy' };
}

function never(): never {
  throw new Error('the sample has it');
}
