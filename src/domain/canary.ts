import type { Json, JsonObject } from './json.ts';
import type { JudgeUsage, PanelModel } from './judgement.ts';
import { isRecord } from './npm/hostile-json.ts';

/** A change of known worth that a judge is asked about, to measure the judge. `seeded`: a defect was put into it. */
export type CanaryKind = 'seeded' | 'good';

/** `elsewhere`: it was vetoed, and not for the defect. */
export type CanaryOutcome = 'caught' | 'missed' | 'elsewhere' | 'cleared' | 'false-veto' | 'abstained';

export const canaryDrawn = 'judge.canary-drawn';
export const canaryJudged = 'judge.canary-judged';

/** Journalled before anybody is asked, so that no outcome can be left out later. */
export type DrawnCanary = {
  readonly id: string;
  readonly judge: string;
  readonly panel: readonly PanelModel[];
  readonly families: number;
  readonly prompts: string;
  readonly kind: CanaryKind;
  readonly class: string;
  /** The change that it was made of. */
  readonly host: string;
  /** Which defect stands where; null: none. */
  readonly defect: Defect | null;
};

export type Defect = {
  readonly name: string;
  readonly file: string;
  readonly from: number;
  readonly to: number;
};

export type JudgedCanary = {
  readonly id: string;
  readonly judge: string;
  readonly outcome: CanaryOutcome;
  readonly usage: JudgeUsage;
};

const outcomes: readonly string[] = ['caught', 'missed', 'elsewhere', 'cleared', 'false-veto', 'abstained'];

/** undefined: an entry that this program does not understand. */
export function readDrawn(data: JsonObject): DrawnCanary | undefined {
  const { id, judge, kind, panel, class: of } = data;
  if (typeof id !== 'string' || typeof judge !== 'string' || typeof of !== 'string') return undefined;
  if (!Array.isArray(panel)) return undefined;
  if (kind !== 'seeded' && kind !== 'good') return undefined;
  return data as unknown as DrawnCanary;
}

export function readJudged(data: JsonObject): JudgedCanary | undefined {
  const { id, judge, outcome } = data;
  if (typeof id !== 'string' || typeof judge !== 'string' || !isOutcome(outcome)) return undefined;
  return isRecord(data.usage) ? (data as unknown as JudgedCanary) : undefined;
}

function isOutcome(word: Json | undefined): boolean {
  return typeof word === 'string' && outcomes.includes(word);
}
