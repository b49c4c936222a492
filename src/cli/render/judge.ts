import { type SharedFinding, sharedFindings } from '../../domain/judge-findings.ts';
import type { AskRecord, JudgeRecord, JudgeUsage, PanelModel } from '../../domain/judgement.ts';
import type { JudgeReport } from '../../domain/stage.ts';
import { counted } from '../../domain/words.ts';
import { paintOutcome, wrap } from './text.ts';

/** Who was asked, what they found, and what it cost. */
export function renderJudge(report: JudgeReport | null): string[] {
  if (report?.record === undefined) return [];
  const { verdict, reasons, record } = report;
  const told =
    verdict === 'veto'
      ? sharedFindings(record.findings).flatMap(renderFinding)
      : reasons.flatMap(renderReason);
  return [
    '',
    ...wrap(`Judge: ${paintOutcome(verdict)}, asked of ${record.panel.map(nameOf).join(', ')}`, '  '),
    ...told,
    ...record.asks.flatMap(renderDropped),
    ...(record.omitted === 0 ? [] : wrap(`  ${counted(record.omitted, 'item')} did not fit in.`, '  ')),
    ...(record.standing.earned ? [] : wrap(`  It has no standing: ${record.standing.why}.`, '    ')),
    ...wrap(`  ${costOf(record)}`, '    '),
  ];
}

export function nameOf({ name, family, model, scripted }: PanelModel): string {
  return `${name} (${family}, ${model}${scripted ? ', scripted: its answers were written by a person' : ''})`;
}

function renderReason(reason: string): string[] {
  return wrap(`  ${reason}`, '    ');
}

function renderFinding(finding: SharedFinding): string[] {
  const { file, side, line, quote, why, models, lens, question } = finding;
  return [
    ...wrap(`  ${file}:${line} (${side}) "${quote}"`, '    '),
    ...wrap(`    ${why} (${models.join(' and ')}, ${lens}, ${question})`, '    '),
  ];
}

function renderDropped({ model, dropped }: AskRecord): string[] {
  return dropped.flatMap((one) => wrap(`  does not count (${model}): ${one}`, '    '));
}

function costOf({ asks, usage, prompts }: JudgeRecord): string {
  const cached = asks.filter((ask) => ask.cached).length;
  const known = cached === 0 ? '' : `, ${cached} of them answered before`;
  return `${counted(asks.length, 'request')}${known}: ${tokensOf(usage)}; prompts ${prompts.slice(0, 19)}`;
}

export function tokensOf({ inputTokens, outputTokens, microdollars }: JudgeUsage): string {
  const price =
    microdollars === null ? 'no price is configured' : `$${Number((microdollars / 1e6).toPrecision(2))}`;
  return `${inputTokens} tokens read, ${outputTokens} written, ${price}`;
}
