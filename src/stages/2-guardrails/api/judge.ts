import type { ApiBreak } from '../../../domain/api.ts';
import { printable } from '../../../domain/printable.ts';
import type { Problem } from '../facts.ts';
import { type Client, packageOf, subpathOf, type Use, useOf } from './client.ts';
import type { ComparedApi } from './compared.ts';
import { compareEntryPoints, covers, type EntryBreak } from './entry-points.ts';

/** What an update takes back, by what follows from it. */
export type Judgement = {
  readonly failures: readonly Problem[];
  readonly doubts: readonly Problem[];
  readonly notes: readonly Problem[];
};

type Weight = keyof Judgement;
type Found = { readonly kind: string; readonly detail: string; readonly weight: Weight; readonly use: Use };

/** What the client surely takes fails; what it may take is for a person; how sure a type is, is noted. */
export function judge(compared: ComparedApi, client: Client): Judgement {
  const key = `${compared.name}@${compared.to}`;
  const found = findings(compared, client);
  const of = (weight: Weight): readonly Problem[] =>
    found
      .filter((each) => each.weight === weight)
      .map(({ kind, detail, use }) => {
        const at = use.kind === 'used' ? `, which ${use.at} uses` : '';
        return { code: `api.${kind}`, detail: printable(`${key}: ${detail}${at}.`) };
      });
  return { failures: of('failures'), doubts: of('doubts'), notes: of('notes') };
}

function findings(compared: ComparedApi, client: Client): readonly Found[] {
  const { old, now, comparison } = compared;
  const unknown = (detail: string, weight: Weight = 'doubts'): Found => ({
    kind: 'unknown',
    detail,
    weight,
    use: { kind: 'unused' },
  });
  if (old === undefined || now === undefined)
    return [unknown(`what ${compared.from} or ${compared.to} promises cannot be read`)];
  const taken = takenFrom(compared, client);
  const wanted = [...new Set(taken.map(({ specifier }) => subpathOf(specifier, compared.importedAs)))];
  const entries = compareEntryPoints(old, now, wanted).map((each) =>
    weighEntry(each, { compared, client, taken }),
  );
  if (comparison === undefined)
    return [...entries, unknown('its declarations and code could not be compared')];
  const unseen = comparison.sights.flatMap(({ subpath, how }) => {
    if (how === 'neither') return unknown(`neither version says what its entry ${subpath} exports`, 'notes');
    const weight = wanted.includes(subpath) ? 'doubts' : 'notes';
    return how === 'nothing' ? unknown(`the names of its entry ${subpath} cannot be read`, weight) : [];
  });
  const breaks = comparison.breaks.map((each) => weighBreak(each, { compared, client, taken }));
  return [...entries, ...breaks, ...unseen];
}

type Context = {
  readonly compared: ComparedApi;
  readonly client: Client;
  readonly taken: Client['imports'];
};

function takenFrom({ importedAs }: ComparedApi, client: Client): Client['imports'] {
  return client.imports.filter(({ specifier }) => packageOf(specifier) === importedAs);
}

function weighBreak(each: ApiBreak, { compared, client, taken }: Context): Found {
  const here = taken.filter(({ specifier }) => subpathOf(specifier, compared.importedAs) === each.subpath);
  // A type that has no name outside is met by whoever takes anything.
  const isInner = each.name === '' || (each.level === 'type' && each.kind === 'signature-narrowed');
  const inner: Use = { kind: here.length > 0 || client.unread.length > 0 ? 'perhaps' : 'unused' };
  const own = useOf(client, here, each.place === '' ? 'export=' : each.place);
  const use = isInner && own.kind !== 'used' ? inner : own;
  const { kind, detail } = each;
  return { kind, detail, use, weight: weightOf(each, use, compared.shared) };
}

function weightOf({ kind, level, name }: ApiBreak, use: Use, shared: boolean): Weight {
  if (kind === 'type-widened') return 'notes';
  if (kind === 'types-removed') return use.kind === 'unused' && !shared ? 'notes' : 'doubts';
  if (use.kind === 'used' && name !== '') return 'failures';
  // A name that a minor version takes from everybody is for a person, whoever takes it.
  if (kind === 'export-removed') return 'doubts';
  if (kind === 'signature-narrowed' || level === 'value')
    return use.kind === 'unused' && !shared ? 'notes' : 'doubts';
  return 'notes';
}

function weighEntry(each: EntryBreak, { compared, client, taken }: Context): Found {
  const { kind, detail } = each;
  const unused: Use = { kind: 'unused' };
  switch (kind) {
    case 'export-removed':
    case 'module-system-changed': {
      const by = taken.find(
        ({ specifier, mode }) =>
          mode === each.mode && subpathOf(specifier, compared.importedAs) === each.subpath,
      );
      if (by === undefined) return { kind, detail, weight: 'doubts', use: unused };
      return { kind, detail, weight: 'failures', use: { kind: 'used', at: `${by.path}:${by.line}` } };
    }
    case 'bin-removed': {
      const isRun = words(client.scripts).has(each.bin);
      return { kind, detail, weight: isRun ? 'failures' : 'doubts', use: unused };
    }
    case 'engines-narrowed':
      return { kind, detail, weight: weighEngines(compared, client), use: unused };
    case 'exports-closed':
      return { kind, detail, weight: 'doubts', use: unused };
  }
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/[\s;&|"'()=]+/));
}

/** Maintenance of Node 14 ended in April 2023: https://github.com/nodejs/release#end-of-life-releases */
const maintained = '>=16';

/** The Node that the project declares decides; where it declares none, a person does, unless it is about old ones alone. */
function weighEngines({ old, now }: ComparedApi, { node }: Client): Weight {
  if (now?.node === undefined) return 'doubts';
  if (node === undefined) return covers(now.node, maintained) ? 'notes' : 'doubts';
  if (covers(now.node, node)) return 'notes';
  return covers(old?.node ?? '*', node) ? 'failures' : 'doubts';
}
