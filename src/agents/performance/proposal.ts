import type { Proposal, Sha } from '../../domain/change.ts';
import type { Json } from '../../domain/json.ts';
import type { BenchmarkRun } from '../../domain/performance.ts';
import { printable } from '../../domain/printable.ts';
import { performanceSource } from '../../views/ledger.ts';
import type { Candidate } from './candidates.ts';
import { type Gain, shownGain } from './gain.ts';

/** What was seen of a candidate, each part of which it took. */
export type Proof = {
  readonly run: Extract<BenchmarkRun, { kind: 'measured' }>;
  readonly gain: Gain;
  readonly alpha: number;
  /** Where the calls came from. */
  readonly workload: string;
  /** Calls of the file that answered as before. */
  readonly compared: number;
};

const cut = (text: string) => printable(text).slice(0, 400);

export function changeOf(
  candidate: Candidate,
  base: Sha,
  proof: Proof,
): Pick<Proposal, 'source' | 'title' | 'ref' | 'record'> {
  const { hot, path, key, rewrites, within } = candidate;
  return {
    source: performanceSource,
    title: `Make ${printable(within ?? 'a function').slice(0, 60)} of ${printable(path).slice(0, 100)} faster`,
    ref: `refs/heads/autoland/performance/${key}`,
    record: {
      kind: kindOf(candidate),
      base,
      items: [
        {
          path,
          key,
          function: cut(candidate.name),
          shareOfProfile: hot.share,
          gain: shownGain(proof.gain),
          rewrites: rewrites.map(({ rule, line, before }) => ({ rule, line, before: cut(before) })),
          assumes: assumesOf(candidate),
        },
      ],
      measured: measured(proof),
    },
  };
}

/** The same for the same function: so only one proposal of it is under way. */
export function kindOf({ path, within }: Pick<Candidate, 'path' | 'within'>): string {
  return cut(`${path}#${within ?? ''}`);
}

export function assumesOf({ rewrites }: Pick<Candidate, 'rewrites'>): string[] {
  return [...new Set(rewrites.flatMap(({ assumes }) => assumes.map(cut)))];
}

function measured({ run, gain, alpha, workload, compared }: Proof): Json {
  return {
    ...gain,
    alpha,
    workload,
    callsOfABatch: run.calls,
    callsCompared: compared,
    machine: run.machine,
    pairs: run.pairs.map(({ baseMs, headMs }) => [round(baseMs), round(headMs)]),
  };
}

/** What a person reads who opens the branch alone. */
export function messageOf(candidate: Candidate, { gain, alpha, run, workload, compared }: Proof): string {
  const { hot, rewrites } = candidate;
  const assumes = assumesOf(candidate);
  const share = (100 * hot.share).toFixed(1);
  return [
    changeOf(candidate, '', { gain, alpha, run, workload, compared }).title,
    '',
    `It took ${share} % of the profile. On ${workload} it is ${shownGain(gain)},`,
    `by ${run.pairs.length} pairs of fresh processes; each bound errs with a chance of ${alpha.toPrecision(2)}.`,
    `${compared} calls of the file answered as before, and the tests pass.`,
    '',
    ...rewrites.map(({ rule, line }) => `- ${rule}, line ${line}`),
    ...(assumes.length === 0 ? [] : ['', 'Right only as long as:', ...assumes.map((each) => `- ${each}`)]),
    '',
  ].join('\n');
}

function round(ms: number): number {
  return Number(ms.toPrecision(5));
}
