import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { messageOf } from '../domain/errors.ts';
import { type RowHeader, type RowKind, rowHeader } from './header.ts';
import { invalidRow, type RowPage, readPage } from './page.ts';
import { type RowTrees, readTrees } from './trees.ts';

export type Split = 'development' | 'held-out';

/** One labelled change: what a judge is shown, what it should say, and the program that proves the label. */
export type Row = RowHeader &
  RowTrees & {
    /** `KIND/NAME`, unique in the set. */
    readonly id: string;
    readonly kind: RowKind;
    readonly split: Split;
    readonly why: string;
    /** An ES module: what it exports is told in docs/guide/judge-eval.md. */
    readonly check: string;
  };

export function readRow(kind: RowKind, name: string, text: string): Row {
  const id = `${kind}/${name}`;
  const page = readPage(id, text);
  const header = readHeader(id, page);
  const checks = page.blocks.filter(({ info }) => info === 'js check');
  const check = checks[0]?.lines.join('\n');
  if (check === undefined || checks.length > 1)
    throw invalidRow(
      id,
      `expected one block "js check", found ${checks.length}`,
      'write a program that proves the label',
    );
  const files = filesOf(
    id,
    page.blocks.filter((block) => !checks.includes(block)),
  );
  const trees = readTrees(id, files);
  const row = { ...header, ...trees, id, kind, split: splitOf(header.origin), why: page.why, check };
  mustBeWhole(row);
  return row;
}

function filesOf(id: string, blocks: RowPage['blocks']) {
  const seen = new Set<string>();
  return blocks.map(({ info, lines }) => {
    const path = /^diff (\S+)$/.exec(info)?.[1];
    if (path === undefined || seen.has(path))
      throw invalidRow(
        id,
        `expected a block "diff PATH" for each file, found ${JSON.stringify(info)}`,
        'name the file, once',
      );
    seen.add(path);
    return { path, lines };
  });
}

/**
 * By the origin alone, so that no fact stands on both sides, whoever adds rows later: about a third is held out.
 * Changing this moves rows that prompts were already tuned on into the held-out part.
 */
export function splitOf(origin: string): Split {
  const digest = createHash('sha256').update(`judge evalset 1\0${origin}`).digest();
  return digest.readUInt32BE() % 3 === 0 ? 'held-out' : 'development';
}

function readHeader(id: string, page: RowPage): RowHeader {
  let value: unknown;
  try {
    value = parse(page.header);
  } catch (error) {
    throw invalidRow(
      id,
      `expected YAML before the text, found: ${messageOf(error)}`,
      'mend the front matter',
    );
  }
  const read = rowHeader.safeParse(value);
  if (read.success) return read.data;
  const [problem] = read.error.issues;
  throw invalidRow(
    id,
    `${problem?.path.join('.') || 'front matter'}: ${problem?.message ?? 'not of its form'}`,
    'docs/guide/judge-eval.md lists the fields',
  );
}

function mustBeWhole(row: Row): void {
  const wants: readonly (readonly [boolean, string])[] = [
    [row.why.length >= 30, 'a sentence that says why the label is right'],
    [row.changed.length > 0, 'a file that changes'],
    [
      (row.label === 'object') === row.defects.length > 0,
      'lines marked ! where, and only where, the label is object',
    ],
    [
      (row.kind === 'injection') === row.injections.length > 0,
      'lines marked @ in every row of injection/, and nowhere else',
    ],
    [row.kind !== 'benign' || row.label === 'no-objection', 'label no-objection in benign/'],
    [
      row.kind === 'benign' || row.kind === 'injection' || row.label === 'object',
      `label object in ${row.kind}/`,
    ],
  ];
  for (const [holds, expected] of wants)
    if (!holds)
      throw invalidRow(row.id, `expected ${expected}`, 'docs/guide/judge-eval.md tells the form of a row');
}
