import { counted } from '../../domain/words.ts';
import type { Said, Usage } from '../../views/exchanges.ts';
import { cut } from './text.ts';

/** Of a model, in a line of many. */
const longestName = 30;

/** `3 exchanges with careful and swift (scripted), 1 of them a fault, 2 tool calls; 120 tokens in, 40 out, $0.0031`. */
export function saidInShort(said: Said): string {
  const { exchanges, faults, toolCalls, models } = said;
  const names = models.map(
    ({ name, scripted }) => `${cut(name, longestName)}${scripted ? ' (scripted)' : ''}`,
  );
  const failed = faults === 0 ? '' : `, ${faults} of them ${faults === 1 ? 'a fault' : 'faults'}`;
  const asked = exchanges === 0 ? '' : `${counted(exchanges, 'exchange')} with ${names.join(', ')}${failed}`;
  const tools = toolCalls === 0 ? '' : counted(toolCalls, 'tool call');
  const parts = [asked, tools].filter((part) => part !== '').join(', ');
  return exchanges === 0 ? parts : `${parts}; ${spent(said)}`;
}

function spent({ inputTokens, outputTokens, microdollars, unpriced, exchanges }: Said): string {
  const tokens = `${inputTokens} tokens in, ${outputTokens} out`;
  if (unpriced === exchanges) return `${tokens}, no price is known`;
  return `${tokens}, ${unpriced === 0 ? '' : 'at least '}${dollars(microdollars)}`;
}

export function usageInShort({ inputTokens, outputTokens, microdollars }: Usage): string {
  const cost = microdollars === null ? '' : `, ${dollars(microdollars)}`;
  return `${inputTokens} tokens in, ${outputTokens} out${cost}`;
}

function dollars(microdollars: number): string {
  const value = microdollars / 1_000_000;
  return value >= 1 || value === 0 ? `$${value.toFixed(2)}` : `$${Number(value.toPrecision(2))}`;
}
