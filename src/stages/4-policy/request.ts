import type { FileChange } from '../../domain/change.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { FlagEnd } from '../../views/promoted-flags.ts';
import type { PolicyRequest } from './cedar.ts';
import type { Evidence, Gap } from './evidence.ts';

/** What Cedar is asked; its shape is that of schema.cedarschema. */
export function requestFor(action: 'merge' | 'deploy', evidence: Evidence): PolicyRequest {
  return { ...scopeOf(action, evidence), context: contextOf(evidence) };
}

export function waiverFor(gap: Gap, evidence: Evidence): PolicyRequest {
  const context = { ...contextOf(evidence), check: gap.check, answer: entity('GapAnswer', gap.answer) };
  return { ...scopeOf('waive', evidence), context };
}

function scopeOf(action: string, { source, target }: Evidence) {
  return {
    principal: { type: 'Source', id: source },
    action: { type: 'Action', id: action },
    resource: { type: 'Branch', id: target },
  };
}

function contextOf(evidence: Evidence): PolicyRequest['context'] {
  return {
    change: changeOf(evidence),
    guardrails: guardrailsOf(evidence),
    flags: flagsOf(evidence),
    judge: entity('JudgeVerdict', evidence.judge.verdict),
    frozen: evidence.frozen !== undefined || evidence.stopped !== undefined,
  };
}

function flagsOf({ removal }: Evidence) {
  const { keys = [], settled = [] } = removal ?? {};
  const ended = (wanted: FlagEnd['state']) =>
    settled.filter(({ state }) => state === wanted).map(({ key }) => key);
  return { removed: [...keys], promoted: ended('promoted'), rolledBack: ended('rolled-back') };
}

function changeOf({ classification }: Evidence) {
  const { files, packages, protectedPaths } = classification;
  const counted = files.filter((file) => !isLockfile(file.path));
  return {
    class: entity('Class', classification.class),
    files: files.length,
    addedLines: total(counted, 'added'),
    removedLines: total(counted, 'removed'),
    packages: packages.map(({ name }) => name),
    newPackages: packages.filter(({ from }) => from === null).map(({ name }) => name),
    protectedPaths: [...protectedPaths],
  };
}

function guardrailsOf({ guardrails: { verdict, results } }: Evidence) {
  const named = (wanted: Verdict) =>
    results.filter((result) => result.verdict === wanted).map(({ name }) => name);
  return {
    verdict: entity('GuardrailsVerdict', verdict),
    passed: named('pass'),
    failed: named('fail'),
    abstained: named('abstain'),
    notConfigured: named('not-configured'),
    notOffered: named('not-offered'),
    codes: results.map(({ code }) => code),
  };
}

function entity(type: string, id: string) {
  return { __entity: { type, id } };
}

function total(files: readonly FileChange[], key: 'added' | 'removed'): number {
  return files.reduce((sum, file) => sum + file[key], 0);
}

function isLockfile(path: string): boolean {
  return /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/.test(path);
}
