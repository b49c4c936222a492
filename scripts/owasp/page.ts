import { type RiskId, riskIds } from '../../src/testing/covers.ts';
import type { Tag } from './read-tags.ts';
import { risks } from './risks.ts';

/** docs/guide/owasp.md, of the tags as they stand. */
export function owaspPage(tags: readonly Tag[]): string {
  const sections = (list: string) =>
    riskIds.filter((id) => id.startsWith(list)).map((id) => section(id, tags));
  return `${head}\n## Applications of language models\n\n${sections('LLM').join('\n')}\n## Agents\n\n${sections('ASI').join('\n')}`;
}

const head = `# The OWASP lists

<!-- \`node scripts/write-owasp.ts\` writes this page from the tests' own tags. -->

What holds each risk of two lists here, where, and which tests show it. The lists are OWASP's
[Top 10 for LLM Applications](https://genai.owasp.org/resource/owasp-top-10-for-llm-applications-2025/) (2025) and its
[Top 10 for Agentic Applications](https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/) (December 2025); the first
has a newer edition, of [August 2026](https://genai.owasp.org/resource/owasp-genai-llm-top-10-2026/), whose numbers stand behind. The sentences
are this project's own. [Security](security.md) has the threats one by
one, and what is not protected. Tests named \`.slow.test.ts\` run with \`npm run journeys\`, all others with \`npm test\`.
`;

function section(id: RiskId, tags: readonly Tag[]): string {
  const { title, control, gap, where, in2026 } = risks[id];
  const newer = in2026 === undefined ? '' : ` (2026: ${in2026})`;
  const parts = [`### ${id} ${title}${newer}`, wrapped(control)];
  if (gap !== undefined) parts.push(wrapped(`**Not held:** ${gap}`));
  if (where.length > 0) parts.push(`Where: ${where.map((path) => `\`${path}\``).join(', ')}.`);
  const own = tags.filter((tag) => tag.risks.includes(id));
  if (own.length > 0) parts.push(own.map(line).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const width = 140;

function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}

function line({ file, name }: Tag): string {
  return `- \`${file}\`: ${name.replaceAll(/\s+/g, ' ').replaceAll(/[`*_<|]/g, '\\$&')}`;
}
