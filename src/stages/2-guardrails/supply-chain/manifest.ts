import {
  isRecord,
  type JsonRecord,
  parseHostileObject,
  stringMap,
} from '../../../domain/npm/hostile-json.ts';
import { textsIn } from './resolve-file.ts';

/** What a package.json says that an update may change. Everything is empty when it cannot be read. */
export type ProfileManifest = {
  readonly license: string;
  readonly node: string | undefined;
  readonly exports: readonly string[];
  readonly bins: readonly string[];
  /** Files that run by name, whatever they are called: `main`, `bin`, and what `exports` gives for the package itself. */
  readonly entries: readonly string[];
  readonly name: string;
  /** Whatever may name files that others load, as it is written; scripts and lists of people do not. */
  readonly named: readonly string[];
  /** npm runs a script of it when it is installed. */
  readonly runsAtInstallation: boolean;
  /** `dependencies` and `optionalDependencies`. */
  readonly dependencies: ReadonlyMap<string, string>;
};

export function readProfileManifest(text: string | undefined): ProfileManifest {
  const raw = parse(text);
  const bin = own(raw, 'bin');
  const bins = isRecord(bin) ? Object.entries(bin) : typeof bin === 'string' ? [['', bin] as const] : [];
  const main = own(raw, 'main');
  const exported = own(raw, 'exports');
  const engines = own(raw, 'engines');
  const node = isRecord(engines) ? own(engines, 'node') : undefined;
  const targets = [main, ...bins.map(([, target]) => target), ...mainExports(exported)];
  return {
    license: JSON.stringify(own(raw, 'license') ?? own(raw, 'licenses') ?? ''),
    node: typeof node === 'string' ? node : undefined,
    exports: isRecord(exported) ? Object.keys(exported) : [],
    bins: bins.map(([name]) => name),
    entries: targets
      .filter((target) => typeof target === 'string')
      .map((target) => target.replace(/^\.\//, '')),
    name: typeof raw.name === 'string' ? raw.name : '',
    named: namedBy(raw),
    runsAtInstallation: ['preinstall', 'install', 'postinstall'].some((script) =>
      has(own(raw, 'scripts'), script),
    ),
    dependencies: new Map([
      ...(stringMap(own(raw, 'dependencies')) ?? []),
      ...(stringMap(own(raw, 'optionalDependencies')) ?? []),
    ]),
  };
}

const silent =
  /^(name|version|description|keywords|homepage|bugs|licen[cs]es?|author|contributors|maintainers|funding|files|man|repository|scripts|engines|engineStrict|os|cpu|private|publishConfig|types|typings|typesVersions|gitHead|_.*|config|workspaces|overrides|(dev|peer|optional|bundled?)?[dD]ependencies(Meta)?)$/;

function namedBy(raw: JsonRecord): readonly string[] {
  const fields = Object.entries(raw).filter(([key]) => !silent.test(key));
  // Where no field names one, Node loads index.js.
  return [...fields.flatMap(([, value]) => textsIn(value)), 'index'];
}

/** Of the package itself: its subpaths may well be styles and pictures. Node runs a file of any name. */
function mainExports(exported: unknown): readonly string[] {
  const isMap = isRecord(exported) && Object.keys(exported).some((key) => key.startsWith('.'));
  const texts = textsIn(isMap ? own(exported, '.') : exported);
  return texts.filter((target) => !/\.(json|node|d\.[cm]?ts)$/.test(target));
}

function has(value: unknown, key: string): boolean {
  return isRecord(value) && Object.hasOwn(value, key);
}

function parse(text: string | undefined): JsonRecord {
  try {
    return parseHostileObject(text ?? '{}');
  } catch {
    return {};
  }
}

function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
