import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { failing, guardrail, type Problem } from '../facts.ts';
import type { DocumentFacts } from './facts.ts';
import { newMarks } from './lines.ts';
import { newlyBroken } from './links.ts';
import { deceit } from './misleading.ts';

type Weighed = Problem & {
  /** false: a guess, or what often has a reason. */
  readonly sure: boolean;
};

/** What a change writes for people leads where it says, parses, and speaks to nobody but them. */
export const documentation = guardrail('documentation', ['documents'], ({ documents: facts }) => {
  const problems = rules.flatMap((rule) => rule(facts));
  const evidence = { documents: facts.changed.length, read: facts.head.outlines.size };
  // Of code, people review the documents that come with it; and going back must not wait for a heading.
  const isSure = facts.class === 'docs' ? problems.filter(({ sure }) => sure) : [];
  const failure = failing(isSure) ?? failing(facts.class === 'revert' ? [] : problems);
  if (failure !== undefined) {
    const verdict = isSure.length > 0 ? 'fail' : 'abstain';
    return { ...failure, verdict, evidence: { ...failure.evidence, ...evidence } };
  }
  const count = facts.changed.length;
  const none = count === 0 ? 'No document changes' : `${counted(count, 'document')} changed`;
  const reason = `${none}, and no link in what was read is newly dead.`;
  return { verdict: 'pass', code: 'documentation.sound', reason, evidence };
});

type Rule = (facts: DocumentFacts) => readonly Weighed[];

const leads = {
  'dead-link': 'which is not there',
  'dead-anchor': 'but no heading has that name',
  'not-read': 'which was not read',
} as const;

const links: Rule = (facts) =>
  newlyBroken(facts).map(({ kind, from, link }) => {
    const detail = `${shown(from)}:${link.line} points at ${shown(link.url)}, ${leads[kind]}.`;
    return problem(kind, kind !== 'not-read', detail);
  });

/** A link that the base's document holds with the same text is not of this change. */
const misleading: Rule = ({ changed, base, head }) =>
  changed.flatMap(({ path, oldPath }) => {
    const key = (url: string, text: string) => `${url}\0${text}`;
    const old = new Set((base.outlines.get(oldPath)?.links ?? []).map(({ url, text }) => key(url, text)));
    return (head.outlines.get(path)?.links ?? []).flatMap((link) => {
      const why = old.has(key(link.url, link.text)) ? undefined : deceit(link, path);
      const detail = `${shown(path)}:${link.line} has a link that misleads: ${shown(why ?? '')}.`;
      return why === undefined ? [] : [problem('misleading-link', true, detail)];
    });
  });

const said = {
  'instruction-text': 'has text that speaks to a model or a reviewer',
  'pipes-to-shell': 'tells people to run what they load, unread',
  'invisible-text': 'holds characters that nobody sees',
} as const;

const words: Rule = ({ changed, head }) =>
  changed.flatMap(({ path, base, head: text }) => {
    const hidden = head.outlines.get(path)?.hidden ?? [];
    return newMarks(base, text).map(({ kind, line, quote }) => {
      const isHidden = hidden.some(({ from, to }) => from <= line && line <= to);
      const sure = kind === 'invisible-text' || (kind === 'instruction-text' && isHidden);
      const where = isHidden ? ', where no reader sees it' : '';
      return problem(kind, sure, `${shown(path)}:${line} ${said[kind]}${where}: ${shown(quote)}`);
    });
  });

const samples: Rule = ({ faults }) =>
  faults.map(({ path, block, why }) => {
    const detail = `The ${shown(block.language)} at ${shown(path)}:${block.line} does not parse: ${shown(why)}`;
    return problem('code-does-not-parse', false, detail);
  });

const unread: Rule = (facts) =>
  facts.unread.map(({ what, why }) => problem('not-read', false, `${shown(what)} was not read: ${why}.`));

const rules: readonly Rule[] = [misleading, words, links, samples, unread];

function problem(what: string, sure: boolean, detail: string): Weighed {
  return { code: `documentation.${what}`, sure, detail };
}

/** Also without what would hide in the report itself. */
function shown(text: string): string {
  return printable(text.replaceAll(/\p{Cf}/gu, '')).slice(0, 200);
}
