import { z } from 'zod';
import type { Advisory } from '../../domain/npm/advisories.ts';
import type { Version } from './npm-bulk.ts';

const id = z.string().regex(/^[\w.:-]{1,100}$/);
const result = z
  .looseObject({
    vulns: z.array(z.looseObject({ id })).max(5_000).default([]),
    next_page_token: z.string().max(5_000).optional(),
  })
  .nullable();
const answer = z.looseObject({ results: z.array(result) });

export type OsvQuestion = Version & { readonly pageToken?: string };

/** https://google.github.io/osv.dev/post-v1-querybatch/ */
export function batchQuestion(questions: readonly OsvQuestion[]): string {
  const queries = questions.map(({ name, version, pageToken }) => ({
    package: { name, ecosystem: 'npm' },
    version,
    ...(pageToken === undefined ? {} : { page_token: pageToken }),
  }));
  return JSON.stringify({ queries });
}

export type OsvPage = {
  readonly found: readonly (readonly [key: string, ids: readonly string[]])[];
  /** What is to be asked again for the rest of its answer. */
  readonly more: readonly OsvQuestion[];
};

/** Answers are in the order of the questions. Throws nonsense, such as fewer answers than questions. */
export function readBatch(text: string, questions: readonly OsvQuestion[]): OsvPage {
  const { results } = answer.parse(JSON.parse(text));
  if (results.length !== questions.length) {
    throw new Error(`${questions.length} questions have ${results.length} answers`);
  }
  const found: [string, readonly string[]][] = [];
  const more: OsvQuestion[] = [];
  for (const [at, { name, version }] of questions.entries()) {
    const one = results[at];
    if (one == null) continue;
    if (one.vulns.length > 0) found.push([`${name}@${version}`, one.vulns.map((each) => each.id)]);
    if (one.next_page_token) more.push({ name, version, pageToken: one.next_page_token });
  }
  return { found, more };
}

const details = z.looseObject({
  id,
  summary: z.string().catch(''),
  withdrawn: z.string().optional(),
  database_specific: z.looseObject({ severity: z.string().catch('') }).optional(),
});

/** https://ossf.github.io/osv-schema/. undefined: it was withdrawn. Throws what is about another one. */
export function readDetails(text: string, wanted: string): Advisory | undefined {
  const one = details.parse(JSON.parse(text));
  if (one.id !== wanted) throw new Error(`${wanted} was asked for, ${one.id} came`);
  if (one.withdrawn !== undefined) return undefined;
  const severity = one.database_specific?.severity.toLowerCase() ?? '';
  return { ...bare(wanted), title: one.summary.slice(0, 300), severity: severityOf(severity) };
}

/** All that is known when its details cannot be had. */
export function bare(wanted: string): Advisory {
  const url = `https://osv.dev/vulnerability/${wanted}`;
  return { id: wanted, title: '', url, severity: 'unknown', malicious: wanted.startsWith('MAL-') };
}

function severityOf(text: string): Advisory['severity'] {
  return text === 'low' || text === 'moderate' || text === 'high' || text === 'critical' ? text : 'unknown';
}
