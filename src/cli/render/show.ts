import { printable } from '../../domain/printable.ts';
import { counted } from '../../domain/words.ts';
import type { Gap, Shown, ShownExchange, ShownToolCall } from '../../views/conversation.ts';
import type { ShownEntry, ShowView } from '../../views/exchanges.ts';
import { quoted } from './quoted.ts';
import { saidInShort, usageInShort } from './said.ts';
import { cut, paint, paintOutcome, seconds, width, wrap } from './text.ts';

export type ShowHow = { readonly isFull: boolean };

/** What was said for one change, in the order in which it was. Takes texts as they are: they are made harmless line by line here. */
export function renderShow(view: ShowView, how: ShowHow): string[] {
  const { id, change, totals, entries, erasures } = view;
  const head =
    change === null ? id : `${paint('bold', named(change.title))}  ${paintOutcome(named(change.state))}`;
  const nothing = 'nothing is recorded: no model was asked, and no tool ran for it';
  return [
    ...wrap(head, '  '),
    ...wrap(`${id}: ${entries.length === 0 ? nothing : printable(saidInShort(totals))}`, '  '),
    ...erasures.flatMap((erasure) => renderErasure(erasure)),
    ...entries.flatMap((entry) => renderEntry(entry, entries, how)),
  ];
}

function renderErasure({ index, by, reason, isDone }: ShowView['erasures'][number]): string[] {
  const what = isDone ? 'erased' : 'being erased';
  return [...wrap(`${what} by ${named(by)} (entry ${index}):`, '  '), ...quoted(reason, false)];
}

function renderEntry(entry: ShownEntry, all: readonly ShownEntry[], how: ShowHow): string[] {
  const time = `${entry.at.slice(0, 10)} ${entry.at.slice(11, 19)}Z`;
  const redacted = entry.redacted === 0 ? '' : `; ${counted(entry.redacted, 'credential')} taken out`;
  const head = `${time}  ${headOf(entry)}${redacted}`;
  const isQuoted = entry.said !== null;
  return [
    ...(isQuoted ? [''] : []),
    ...wrap(isQuoted ? paint('bold', printable(head)) : printable(head), '  '),
    ...renderSaid(entry, all, how),
  ];
}

function headOf(entry: ShownEntry): string {
  const took = entry.ms < 1000 ? `${Math.round(entry.ms)} ms` : seconds(entry.ms / 1000);
  if (entry.kind === 'tool-call')
    return `${whoOf(entry)} ran ${named(entry.tool)}: ${entry.isError ? 'an error' : 'done'} in ${took}${itselfOf(entry)} (entry ${entry.index})`;
  const { model, scripted, outcome, answeredBy, usage } = entry;
  const which = `${named(model.name)} (${named(model.model)}${scripted ? ', scripted' : ''})`;
  const other = answeredBy === null || answeredBy === model.model ? '' : `, answered by ${named(answeredBy)}`;
  const ended = Object.hasOwn(endings, outcome.how) ? endings[outcome.how] : outcome.how;
  const how = outcome.kind === 'fault' ? `fault ${outcome.how}` : `${ended}${other}`;
  const cost = usage === null ? '' : `, ${usageInShort(usage)}`;
  return `${whoOf(entry)} asked ${which}: ${how} in ${took}${cost} (entry ${entry.index})`;
}

/** Its own word, and said so. */
function itselfOf({ told }: Extract<ShownEntry, { kind: 'tool-call' }>): string {
  if (told === null) return '';
  const cost = told.usage === null ? '' : `, ${usageInShort(told.usage)}`;
  return `; by its own count ${counted(told.calls, 'call')} of tools${cost}`;
}

function whoOf({ role, task }: ShownEntry): string {
  return task === null ? named(role) : `${named(role)} in task ${named(task)}`;
}

/** A name of somebody else's choosing: it must not make a line longer than the terminal is wide. */
function named(name: unknown): string {
  return cut(printable(String(name)), width() - 28);
}

/** How an answer ends, for people. */
const endings: Readonly<Record<string, string>> = {
  end: 'it answered',
  'tool-call': 'it asked for a tool',
  length: 'it was cut off',
  refusal: 'it refused',
};

function renderSaid({ said }: ShownEntry, all: readonly ShownEntry[], how: ShowHow): string[] {
  if (said === null) return [];
  if ('gap' in said) return [gapLine('what was said', said)];
  if ('result' in said) return renderToolCall(said, how);
  return renderExchange(said, all, how);
}

function renderToolCall({ input, result, told }: ShownToolCall, { isFull }: ShowHow): string[] {
  const itself = (told ?? []).flatMap((one) => shownMessage(one, isFull));
  return [...piece('given', input, isFull), ...itself, ...shownMessage(result, isFull)];
}

function renderExchange(said: ShownExchange, all: readonly ShownEntry[], { isFull }: ShowHow): string[] {
  const { like, system, tools, schema, messages, reply, reason } = said;
  const before = like === null ? undefined : all.find(({ content }) => content === like.content);
  const isFirst = before === undefined;
  return [
    ...(isFirst || isFull ? piece('system', system, isFull) : []),
    ...(isFirst || isFull ? renderTools(tools, isFull) : []),
    ...(isFull && schema !== null ? piece('schema of the answer', schema, isFull) : []),
    ...(like === null
      ? []
      : [paint('dim', `  (${counted(like.same, 'message')} as in entry ${before?.index ?? 'before'})`)]),
    ...renderMessages(messages, isFull),
    ...(reply === null ? quotedAs('fault', reason ?? '', isFull) : shownMessage(reply, isFull)),
  ];
}

/** What was said before is not said again. */
function renderMessages(messages: ShownExchange['messages'], isFull: boolean): string[] {
  const isHidden = ({ message, isRepeated }: ShownExchange['messages'][number]) =>
    isRepeated && !isFull && !('gap' in message);
  const hidden = messages.filter(isHidden).length;
  const note = `  (and ${counted(hidden, 'message')} that stand${hidden === 1 ? 's' : ''} above)`;
  return [
    ...(hidden === 0 ? [] : [paint('dim', note)]),
    ...messages.filter((one) => !isHidden(one)).flatMap(({ message }) => shownMessage(message, isFull)),
  ];
}

function renderTools(tools: Shown, isFull: boolean): string[] {
  if ('gap' in tools || isFull) return piece('tools', tools, isFull);
  const listed = Array.isArray(tools.value) ? tools.value : [];
  const names = listed.map((tool) => named((tool as { name?: unknown } | null)?.name));
  return names.length === 0 ? [] : wrap(printable(`  tools: ${names.join(', ')}`), '    ');
}

type Spoken = {
  readonly role?: unknown;
  readonly text?: unknown;
  readonly blocks?: unknown;
  readonly tool?: unknown;
  readonly output?: unknown;
  readonly isError?: unknown;
};

function shownMessage(message: Shown, isFull: boolean): string[] {
  if ('gap' in message) return [gapLine('a message', message)];
  const { role, text, blocks, tool, output, isError } = (message.value ?? {}) as Spoken;
  if (role === 'printed') return quotedAs('it prints', String(text), isFull);
  if (role === 'user') return quotedAs('user', String(text), isFull);
  if (role === 'tool') {
    const what = isError === true ? 'answers with an error' : 'answers';
    return quotedAs(`${named(tool)} ${what}`, String(output), isFull);
  }
  const said: readonly unknown[] = Array.isArray(blocks) ? blocks : [];
  return said.flatMap((block) => shownBlock((block ?? {}) as Block, isFull));
}

type Block = {
  readonly kind?: unknown;
  readonly text?: unknown;
  readonly tool?: unknown;
  readonly input?: unknown;
  /** Of reasoning. */
  readonly isWithheld?: unknown;
};

function shownBlock({ kind, text, tool, input, isWithheld }: Block, isFull: boolean): string[] {
  if (kind === 'tool-call') return quotedAs(`the model calls ${named(tool)}`, jsonOf(input), isFull);
  if (isWithheld === true) return ['  the model thinks: its provider keeps that to itself'];
  return quotedAs(kind === 'reasoning' ? 'the model thinks' : 'the model says', String(text), isFull);
}

function piece(name: string, shown: Shown, isFull: boolean): string[] {
  if ('gap' in shown) return [gapLine(name, shown)];
  return quotedAs(name, typeof shown.value === 'string' ? shown.value : jsonOf(shown.value), isFull);
}

function quotedAs(name: string, text: string, isFull: boolean): string[] {
  return [`  ${name}:`, ...quoted(text, isFull)];
}

function gapLine(what: string, { gap }: Gap): string {
  return paint('yellow', `  ${what} is ${gap === 'erased' ? 'erased' : `${gap}: autoland audit verify`}`);
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, undefined, 1) ?? '';
}
