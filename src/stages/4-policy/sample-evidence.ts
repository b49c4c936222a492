import type { FileChange, PackageChange } from '../../domain/change.ts';
import type { GuardrailResult, Verdict } from '../../domain/verdict.ts';
import { overallVerdict } from '../../domain/verdict.ts';
import type { Evidence } from './evidence.ts';

/** For tests: a dependency patch of which everything is good. */
export const goodPatch: Evidence = {
  classification: {
    class: 'dependency-patch',
    files: [file('package.json', 1, 1), file('package-lock.json', 400, 300)],
    packages: [packageChange('ejs')],
    protectedPaths: [],
  },
  guardrails: guardrails({
    scope: 'pass',
    secrets: 'pass',
    documentation: 'pass',
    lockfile: 'pass',
    integrity: 'pass',
    'install-scripts': 'pass',
    signatures: 'pass',
    provenance: 'pass',
    publisher: 'pass',
    advisories: 'pass',
    'supply-chain': 'pass',
    api: 'pass',
    lint: 'pass',
    'release-age': 'pass',
    risk: 'pass',
    tests: 'pass',
    characterization: 'pass',
    'system-calls': 'pass',
    build: 'pass',
    drivers: 'pass',
  }),
  judge: { verdict: 'no-objection', reasons: [] },
  removal: undefined,
  source: 'agent:dependency',
  target: 'main',
  level: 'deploy',
  demotion: undefined,
  irreversible: [],
  stopped: undefined,
  frozen: undefined,
  signed: true,
  unsignedAllowed: false,
};

export function of(evidence: Evidence, changed: Partial<Evidence['classification']>): Evidence {
  return { ...evidence, classification: { ...evidence.classification, ...changed } };
}

export function file(path: string, added: number, removed: number): FileChange {
  return { path, status: 'modified', kind: 'file', added, removed, binary: false, size: 100 };
}

export function packageChange(name: string, from: string | null = '3.1.9'): PackageChange {
  return { name, path: `node_modules/${name}`, from, to: '3.1.10', direct: true };
}

export function guardrails(verdicts: Readonly<Record<string, Verdict>>): Evidence['guardrails'] {
  const results = Object.entries(verdicts).map(([name, verdict]): GuardrailResult => {
    return { name, verdict, code: `${name}.${verdict}`, reason: '', evidence: {}, ms: 1 };
  });
  return { verdict: overallVerdict(results), results };
}

export function withVerdict(evidence: Evidence, name: string, verdict: Verdict): Evidence {
  const old = Object.fromEntries(evidence.guardrails.results.map((result) => [result.name, result.verdict]));
  return { ...evidence, guardrails: guardrails({ ...old, [name]: verdict }) };
}

export function withCode(evidence: Evidence, code: string): Evidence {
  const extra: GuardrailResult = { name: 'extra', verdict: 'pass', code, reason: '', evidence: {}, ms: 1 };
  return {
    ...evidence,
    guardrails: { ...evidence.guardrails, results: [...evidence.guardrails.results, extra] },
  };
}
