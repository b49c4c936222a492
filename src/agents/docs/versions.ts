import { minVersion, validRange } from 'semver';
import type { Finding } from './finding.ts';
import type { Manifest, Past } from './past.ts';

type Stated = {
  readonly code: 'stale-version' | 'stale-engine';
  /** As it is written. */
  readonly version: string;
  readonly at: number;
  readonly line: number;
};

const number = String.raw`\d{1,5}(?:\.\d{1,5}){0,2}`;
/** Sentences that say what is the case now. What says since when, or up to when, is history. */
const current = /\b(?:current|latest) version\b[^\n\d]{0,20}?\bv?(\d{1,5}\.\d{1,5}\.\d{1,5})(?![\w.+-]\w)/gi;
const nodeFrom = new RegExp(
  String.raw`\bNode(?:\.js)?\s{0,3}(?:version\s{1,3})?(?:>=|≥)\s{0,3}v?(${number})(?![\w.]\w|\w)`,
  'gi',
);
const nodeUp = new RegExp(
  String.raw`\bNode(?:\.js)?\s{1,3}(?:version\s{1,3})?v?(${number})(?:\+|(?:\.x)?\s{1,3}(?:and|or)\s{1,3}(?:newer|later|higher|above|up)\b)`,
  'gi',
);
const asks =
  /\b(requires?|required|requirements?|needs?|prerequisites?|minimum|at least|supports?|engines?)\b/i;
const history =
  /\b(since|until|before|prior|previously|formerly|upgrad\w*|migrat\w*|deprecat\w*|dropp?e?d?|older)\b/i;

/** Versions of the package itself, and of the Node that it asks for, where the document says another than package.json does. */
export function staleVersions(path: string, text: string, past: Past, asOf: Date): readonly Finding[] {
  const now = past[0]?.manifest;
  if (now === undefined) return [];
  return statedIn(text, now.name).flatMap((stated): readonly Finding[] => {
    const found =
      stated.code === 'stale-engine' ? engine(stated, now, past) : own(stated, now, { past, asOf });
    if (found === undefined) return [];
    const { what, mend } = found;
    const place = { kind: 'versions', path, line: stated.line, code: stated.code, what } as const;
    if ('why' in mend) return [{ ...place, why: mend.why }];
    return [{ ...place, at: stated.at, before: stated.version, after: mend.after, proof: mend.proof }];
  });
}

/** `npm install NAME@1.2.3` asks for that version, and may mean it: it counts where that was the version once. */
function statedIn(text: string, name: string | undefined): readonly Stated[] {
  const lines = text.split('\n');
  const installs =
    name === undefined
      ? []
      : [
          new RegExp(
            String.raw`\bnpm (?:i|install|add) (?:-\S+ )?${escaped(name)}@v?(\d{1,5}\.\d{1,5}\.\d{1,5})(?![\w.+-])`,
            'g',
          ),
        ];
  let from = 0;
  return lines.flatMap((line, index) => {
    const start = from;
    from += line.length + 1;
    if (line.length > 2_000 || history.test(line)) return [];
    const found = (code: Stated['code'], patterns: readonly RegExp[]) =>
      patterns.flatMap((pattern) =>
        [...line.matchAll(pattern)].map((match) => {
          const version = match[1] ?? '';
          return { code, version, at: start + match.index + match[0].lastIndexOf(version), line: index + 1 };
        }),
      );
    return [
      ...found('stale-version', [current, ...installs]),
      ...(asks.test(line) ? found('stale-engine', [nodeFrom, nodeUp]) : []),
    ];
  });
}

type Disagreement = {
  readonly what: string;
  readonly mend: { readonly after: string; readonly proof: string } | { readonly why: string };
};

/** A version may stand in package.json days before it is published: who is told to install it must find it. */
const releasedAfterMs = 7 * 86_400_000;

type Known = { readonly past: Past; readonly asOf: Date };

function own({ version }: Stated, now: Manifest, { past, asOf }: Known): Disagreement | undefined {
  const after = now.version;
  if (after === undefined || after === version || !/^\d+\.\d+\.\d+$/.test(after) || /^0\.0\./.test(after))
    return undefined;
  const what = `gives ${version} as the version, where package.json has ${after}`;
  const was = past.find(({ manifest }) => manifest.version === version);
  if (was === undefined) return { what, mend: { why: `package.json never had ${version}` } };
  const since = past[past.findIndex(({ manifest }) => manifest.version !== after) - 1]?.at;
  if (since === undefined || asOf.getTime() - since.getTime() < releasedAfterMs)
    return { what, mend: { why: `package.json has ${after} for less than 7 days: it may not be out yet` } };
  const proof = `package.json had ${version} until after ${was.commit.slice(0, 12)}`;
  return { what, mend: { after, proof } };
}

function engine({ version }: Stated, now: Manifest, past: Past): Disagreement | undefined {
  const least = leastOf(now.node);
  if (now.node === undefined || least === undefined || asWritten(least, version) === version)
    return undefined;
  const what = `asks for Node ${version}, where engines in package.json says ${now.node}`;
  // Several lines of versions, such as `^20 || >=22`, are no single number.
  if (!/^>=\s*v?[\d.]+$/.test(now.node.trim()))
    return { what, mend: { why: 'engines is no single lowest version' } };
  const was = past.find(({ manifest: { node } }) => {
    const once = leastOf(node);
    return once !== undefined && asWritten(once, version) === version;
  });
  if (was === undefined) return { what, mend: { why: `engines never began with ${version}` } };
  const proof = `engines began with ${version} until after ${was.commit.slice(0, 12)}`;
  return { what, mend: { after: asWritten(least, version), proof } };
}

function leastOf(range: string | undefined): string | undefined {
  return range === undefined || validRange(range) === null ? undefined : minVersion(range)?.version;
}

/** With as many numbers, or more where they say more. */
function asWritten(version: string, like: string): string {
  const parts = version.split('.');
  let count = like.split('.').length;
  while (count < parts.length && parts.slice(count).some((part) => part !== '0')) count += 1;
  return parts.slice(0, count).join('.');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
