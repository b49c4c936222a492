import type { ChangeClass, PackageChange } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { foldLedger, type Ledger } from '../views/ledger.ts';
import { sampleProposal } from './stage-bench.ts';

/* Journals told in a line for each entry, for the tests of what is folded from them. */

export type Told = readonly [type: string, change: string | undefined, data: JsonObject];

/** Entries an hour apart, from midnight. */
export function journal(...told: readonly Told[]): readonly Entry[] {
  return told.map(([type, change, data], index) => ({
    index,
    at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
    type,
    ...(change === undefined ? {} : { change }),
    actor: 'test',
    data,
  }));
}
export const ledgerOf = (...told: readonly Told[]): Ledger => foldLedger(journal(...told));

export const proposed = (change: string, source = 'agent:dependency', record: JsonObject = {}): Told => [
  'change.proposed',
  change,
  { ...sampleProposal, source, record },
];
export const finished = (change: string, stage: string, data: JsonObject): Told => [
  'stage.finished',
  change,
  { stage, data },
];
export const classified = (
  change: string,
  packages: readonly PackageChange[] = [],
  as: ChangeClass = 'dependency-patch',
): Told => finished(change, 'classify', { class: as, packages: packages.map((one) => ({ ...one })) });
export const merged = (change: string): Told =>
  finished(change, 'merge', { commit: `m-${change}`, onto: 'base' });
export const released = (change: string): Told =>
  finished(change, 'release', { deploys: true, service: 'shop', digest: `d-${change}`, stable: 'd0' });
export const promoted = (change: string): Told => finished(change, 'rollout', { ran: true });
export const concluded = (change: string, outcome: string, code = `x.${outcome}`): Told => [
  'change.concluded',
  change,
  { outcome, code, reasons: [] },
];
export const adopted: Told = ['service.stable', undefined, { service: 'shop', commit: 'c0', digest: 'd0' }];
export const pkg = (name: string, over: Partial<PackageChange> = {}): PackageChange => ({
  name,
  path: `node_modules/${name}`,
  from: '1.0.0',
  to: '1.0.1',
  direct: true,
  ...over,
});
