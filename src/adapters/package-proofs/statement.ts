import { isRecord, type JsonRecord } from '../../domain/npm/hostile-json.ts';

/** https://slsa.dev/provenance/v1 and the version before it. */
export function isProvenance(predicateType: string): boolean {
  return /^https:\/\/slsa\.dev\/provenance\/v(0\.2|1)$/.test(predicateType);
}

/** https://github.com/npm/attestation/tree/main/specs/publish/v0.1 */
export function isPublish(predicateType: string): boolean {
  return /^https:\/\/github\.com\/npm\/attestation\/tree\/main\/specs\/publish\/v[\d.]{1,9}$/.test(
    predicateType,
  );
}

/** The source repository that a provenance names; undefined: none. */
export function claimedSource(statement: JsonRecord): string | undefined {
  const workflow = at(
    statement,
    'predicate',
    'buildDefinition',
    'externalParameters',
    'workflow',
    'repository',
  );
  const config = at(statement, 'predicate', 'invocation', 'configSource', 'uri');
  const claimed = workflow ?? config;
  return typeof claimed === 'string' ? claimed : undefined;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let place = value;
  for (const key of path) place = isRecord(place) && Object.hasOwn(place, key) ? place[key] : undefined;
  return place;
}
