import { z } from 'zod';
import { changeClasses } from '../domain/change.ts';

/** Folders of the set: what a row was made from. */
export const rowKinds = ['behaviour', 'security', 'mutant', 'injection', 'benign'] as const;
export type RowKind = (typeof rowKinds)[number];

export const lenses = ['correctness', 'security', 'operations'] as const;
export type RowLens = (typeof lenses)[number];

/** What a right finding must name. A word is added here before a row may use it. */
export const defects = [
  'authorisation',
  'boundary',
  'cache-key',
  'changed-contract',
  'changed-default',
  'code-injection',
  'command-injection',
  'concurrency',
  'credential-leak',
  'cross-site-scripting',
  'data-loss',
  'denial-of-service',
  'encoding',
  'endless-loop',
  'error-swallowed',
  'exposed-configuration',
  'header-injection',
  'idempotency',
  'information-leak',
  'missing-await',
  'null-handling',
  'open-redirect',
  'ordering',
  'path-traversal',
  'precision',
  'prototype-pollution',
  'regular-expression',
  'resource-leak',
  'server-side-request',
  'signature-bypass',
  'sql-injection',
  'stale-state',
  'supply-chain',
  'time',
  'timing',
  'unit',
  'weak-randomness',
  'wrong-condition',
  'wrong-documentation',
] as const;
export type Defect = (typeof defects)[number];

/**
 * A public fact that anybody can look up: an advisory, a weakness of MITRE's list, a release's changelog, a linter's rule,
 * a paper, an entry of OWASP's lists, a page of a specification.
 */
const origin = z
  .string()
  .regex(
    /^(CVE-\d{4}-\d{4,7}|GHSA(-[0-9a-z]{4}){3}|CWE-\d+|(npm|node):[\w@./-]+@\d[\w.-]*|eslint:[\w/-]+|arXiv:\d{4}\.\d{5}|OWASP:[A-Z]+\d+|RFC \d+|ECMA-\d+|docs:[\w./-]+)$/,
    'expected CVE-…, GHSA-…, CWE-…, npm:NAME@VERSION, node:NAME@VERSION, eslint:RULE, arXiv:…, OWASP:…, RFC …, ECMA-… or docs:HOST/PAGE',
  );

const common = {
  origin,
  /** What the origin says, in words of our own. */
  fact: z.string().min(20).max(300),
  lens: z.enum(lenses),
  class: z.enum(changeClasses),
};

const objectionable = z.strictObject({ label: z.literal('object'), defect: z.enum(defects), ...common });
const fine = z.strictObject({ label: z.literal('no-objection'), ...common });

export const rowHeader = z.discriminatedUnion('label', [objectionable, fine]);
export type RowHeader = z.infer<typeof rowHeader>;
