import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { isRealUrl } from './credentials.ts';
import type { RawMatch } from './raw-match.ts';

/** The rule that obeys `secretlint-disable` comments is left out: whoever writes the change writes the comment. */
const obeysComments = 'secretlint-rule-filter-comments';
/** Documents are full of samples of these. */
const urlRules = new Set(['basicauth']);
const prefix = /^@secretlint\/secretlint-rule-/;

const active = rules
  .filter(({ meta }) => !meta.id.endsWith(obeysComments))
  .map((rule) => ({ id: rule.meta.id, rule }));

/** What secretlint's recommended rules find. `path` decides which of them look; nothing is read from the disk. */
export async function presetMatches(path: string, text: string): Promise<readonly RawMatch[]> {
  const { name, extension } = harmless(path);
  const { messages } = await lintSource({
    source: { filePath: name, content: text, ext: extension, contentType: 'text' },
    options: { config: { rules: active }, noPhysicFilePath: true },
  });
  const matches = messages.map(({ ruleId, range: [from, to] }) => ({
    rule: ruleId.replace(prefix, ''),
    certain: true,
    from,
    to,
  }));
  return matches.filter(({ rule, from, to }) => !urlRules.has(rule) || isRealUrl(text.slice(from, to)));
}

/** DANGER: the rule for Google's keys opens `filePath` on this machine when it ends in .p12. */
function harmless(path: string): { name: string; extension: string } {
  // secretlint wants a name; a message has none.
  const last = path.split(/[/\\]/).at(-1)?.replaceAll('\0', '') || 'text';
  const extension = /\.[a-z0-9]{1,10}$/i.exec(last)?.[0] ?? '';
  return /^\.p12$/i.test(extension) ? { name: 'text', extension: '' } : { name: last, extension };
}
