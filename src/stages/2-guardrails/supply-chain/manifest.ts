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
  /** Scripts for pages, as servers of npm packages give them out. */
  readonly pages: readonly string[];
  /** npm runs more of it at its installation than a program that is among `named`. */
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
  const installs = installScripts(own(raw, 'scripts'));
  return {
    license: JSON.stringify(own(raw, 'license') ?? own(raw, 'licenses') ?? ''),
    node: typeof node === 'string' ? node : undefined,
    exports: isRecord(exported) ? Object.keys(exported) : [],
    bins: bins.map(([name]) => name),
    entries: targets
      .filter((target) => typeof target === 'string')
      .map((target) => target.replace(/^\.\//, '')),
    name: typeof raw.name === 'string' ? raw.name : '',
    named: [...namedBy(raw), ...installs.flatMap(programOf)],
    pages: pagesOf(raw),
    runsAtInstallation: installs.some((script) => programOf(script).length === 0),
    dependencies: new Map([
      ...(stringMap(own(raw, 'dependencies')) ?? []),
      ...(stringMap(own(raw, 'optionalDependencies')) ?? []),
    ]),
  };
}

const silent =
  /^(name|version|description|keywords|homepage|bugs|licen[cs]es?|author|contributors|maintainers|funding|files|man|repository|scripts|engines|engineStrict|os|cpu|private|publishConfig|types|typings|typesVersions|gitHead|_.*|config|workspaces|overrides|(dev|peer|optional|bundled?)?[dD]ependencies(Meta)?)$/;

function namedBy(raw: JsonRecord): readonly string[] {
  const fields = Object.entries(raw).filter(([key]) => !silent.test(key) && !pageFields.includes(key));
  // Where no field names one, Node loads index.js.
  return [...fields.flatMap(([, value]) => textsIn(value)), 'index'];
}

/** Of the package itself: its subpaths may well be styles and pictures. Node runs a file of any name. */
function mainExports(exported: unknown): readonly string[] {
  const isMap = isRecord(exported) && Object.keys(exported).some((key) => key.startsWith('.'));
  const texts = textsIn(isMap ? own(exported, '.') : exported);
  return texts.filter((target) => !/\.(json|node|d\.[cm]?ts)$/.test(target));
}

const pageFields: readonly string[] = ['unpkg', 'jsdelivr'];

function pagesOf(raw: JsonRecord): readonly string[] {
  return pageFields.flatMap((field) => textsIn(own(raw, field)));
}

function installScripts(scripts: unknown): readonly unknown[] {
  if (!isRecord(scripts)) return [];
  return ['preinstall', 'install', 'postinstall'].flatMap((name) => own(scripts, name) ?? []);
}

/** The file that `node FILE` runs; none: it is any other command. */
function programOf(script: unknown): readonly string[] {
  const [, file] = (typeof script === 'string' && /^node +(?!-)([\w./-]+)$/.exec(script.trim())) || [];
  return file === undefined ? [] : [file];
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
