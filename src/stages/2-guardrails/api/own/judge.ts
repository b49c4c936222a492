import type { ApiBreak, ApiComparison, ApiSight } from '../../../../domain/api.ts';
import { printable } from '../../../../domain/printable.ts';
import type { Problem } from '../../facts.ts';
import { compareEntryPoints } from '../entry-points.ts';
import { resolveEntry, subpathsOf } from '../resolve.ts';
import type { PackageShape } from '../shape.ts';
import type { OwnApiFacts, OwnComparison, OwnOutcome, OwnPackage } from './facts.ts';
import { isReadable } from './reach.ts';

/** What a change takes back from those who install the repository's own packages. */
export type OwnJudgement = {
  readonly breaks: readonly Problem[];
  readonly doubts: readonly Problem[];
  readonly notes: readonly Problem[];
};

type Weight = keyof OwnJudgement;
type Found = { readonly kind: string; readonly detail: string; readonly weight: Weight };
type Compared = Extract<OwnOutcome, { kind: 'compared' }>;

/** Nobody here knows who uses them, so all that is taken back counts. */
export function judgeOwn({ packages, omitted }: OwnApiFacts): OwnJudgement {
  const found = packages.flatMap((one) => findings(one.outcome).map((each) => ({ ...each, of: label(one) })));
  const of = (weight: Weight): readonly Problem[] =>
    found
      .filter((each) => each.weight === weight)
      .map(({ kind, detail, of: name }) => ({
        code: `api.own-${kind}`,
        detail: printable(`${name}: ${detail}.`),
      }));
  const tooMany = omitted.map((folder) => ({
    code: 'api.own-too-many',
    detail: printable(`${folder} was not compared: too many packages of the repository change.`),
  }));
  return { breaks: of('breaks'), doubts: [...of('doubts'), ...tooMany], notes: of('notes') };
}

function label({ name, folder }: OwnPackage): string {
  return folder === '' ? name : `${name} (${folder})`;
}

function findings(outcome: OwnOutcome): readonly Found[] {
  if (outcome.kind === 'unpublished')
    return [{ kind: 'unpublished', detail: outcome.detail, weight: 'breaks' }];
  if (outcome.kind === 'unknown') return [unknown(outcome.detail)];
  const { old, now, wanted, comparison } = outcome;
  const entries = compareEntryPoints(old, now, wanted).map(
    ({ kind, detail }): Found => ({ kind, detail, weight: 'breaks' }),
  );
  const manifest = [...typeSwitched(outcome), ...entries];
  if (comparison === null) return [...manifest, notCommitted('what it exports')];
  return distinct([...manifest, ...exported(comparison), ...unseen(outcome, comparison)]);
}

/** Names are read from code also where declarations tell them: these may promise what is gone. */
function exported({ names, types, basis }: OwnComparison): readonly Found[] {
  const breaks = [...(names?.breaks ?? []), ...(types?.breaks ?? [])];
  const alias = types?.foreign.find((name) => isAlias.test(name));
  return [
    ...breaks.map((each): Found => ({ kind: each.kind, detail: each.detail, weight: weightOf(each, basis) })),
    ...(names === undefined ? [unknown('the names that its code exports could not be compared')] : []),
    ...(types === undefined ? [uncompared(basis)] : []),
    ...(alias === undefined ? [] : [unknown(`where ${alias} leads is not known`)]),
  ];
}

const isAlias = /^([~@]?\/|[a-z]+:\/\/)/;

function uncompared(basis: OwnComparison['basis']): Found {
  // Sources are more than what is exported: their names are, and those were compared.
  if (basis === 'sources')
    return {
      kind: 'names',
      detail: 'its types are too much, and names alone were compared',
      weight: 'notes',
    };
  return unknown('its declarations could not be compared');
}

function unseen({ old, committed }: Compared, comparison: OwnComparison): readonly Found[] {
  const { names, types, declared, touched } = comparison;
  const typed = seenIn(types, 'types');
  const known = new Set([...typed, ...seenIn(names, 'code')]);
  const nameless = committed.filter((subpath) => !known.has(subpath));
  const untyped = declared.filter(
    (subpath) => touched && types !== undefined && !typed.includes(subpath) && !nameless.includes(subpath),
  );
  const built = subpathsOf(old).filter(
    (subpath) => !committed.includes(subpath) && leadsToCode(old, subpath),
  );
  return [
    ...nameless.map((subpath) => unknown(`the names of its entry ${subpath} cannot be read`)),
    ...untyped.map((subpath) => unknown(`the declarations of its entry ${subpath} cannot be read`)),
    ...built.map((subpath) => notCommitted(`its entry ${subpath}`)),
  ];
}

function seenIn(one: ApiComparison | undefined, how: ApiSight['how']): readonly string[] {
  return (one?.sights ?? []).filter((each) => each.how === how).map(({ subpath }) => subpath);
}

function leadsToCode(shape: PackageShape, subpath: string): boolean {
  const files = (['import', 'require'] as const).map((mode) => resolveEntry(shape, subpath, mode) ?? '');
  return files.some(isReadable);
}

function distinct(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((each) => [`${each.kind} ${each.detail}`, each])).values()];
}

/** Sources say more than what is exported: a type that has no name outside may be nobody's but their own. */
function weightOf({ kind, name }: ApiBreak, basis: OwnComparison['basis']): Weight {
  if (kind === 'type-widened') return 'notes';
  if (name !== '' || kind === 'types-removed') return 'breaks';
  return basis === 'declarations' ? 'doubts' : 'notes';
}

function typeSwitched({ old, now }: Compared): readonly Found[] {
  const [was, is] = [old, now].map(({ modules }) => (modules.get('') === true ? 'module' : 'commonjs'));
  return was === is
    ? []
    : [{ kind: 'type-switched', detail: `its type was ${was} and is ${is}`, weight: 'breaks' }];
}

function notCommitted(what: string): Found {
  return { kind: 'not-committed', detail: `${what} is built, and not in the repository`, weight: 'notes' };
}

function unknown(detail: string): Found {
  const mend = 'private: true in its package.json says that nobody installs it';
  return { kind: 'unknown', detail: `${detail} (${mend})`, weight: 'doubts' };
}
