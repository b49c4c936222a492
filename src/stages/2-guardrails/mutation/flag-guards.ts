import type { Mutant } from '../../../domain/mutation.ts';

/**
 * Whether a fault only switches a flag on for good: that the program is the old one while it is off, the guardrail flag-off has proved,
 * which is more than a test of the old behaviour. Such a test would have to go with the flag. Only a condition that is the flag alone.
 */
export function switchesOn({ original, replacement }: Mutant, keys: readonly string[]): boolean {
  const text = original.trim();
  if (replacement === 'true') return asks(text, keys);
  return replacement === 'false' && text.startsWith('!') && asks(text.slice(1).trim(), keys);
}

/** `isOn('KEY')`, `await client.getBooleanValue('KEY', false)`: nothing within the parentheses that is called. */
const evaluation = /^\(?\s*(?:await\s+)?[\w$.]+\(\s*(['"`])([^'"`]*)\1\s*(?:,[^()]*)?\)\s*\)?$/;

function asks(text: string, keys: readonly string[]): boolean {
  const key = evaluation.exec(text)?.[2];
  return key !== undefined && keys.includes(key);
}
