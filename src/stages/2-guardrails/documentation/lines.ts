import { invisible } from '../../../domain/invisible.ts';

export type LineMark = {
  readonly kind: 'instruction-text' | 'pipes-to-shell' | 'invisible-text';
  /** From 1. */
  readonly line: number;
  readonly quote: string;
};

const mostMarks = 50;
const longest = 2_000;

/** What the lines say that `head` has and `base` has not. One hidden break must not hide it: two lines are read as one. */
export function newMarks(base: string, head: string): readonly LineMark[] {
  const old = new Set(base.split('\n').map((line) => line.trim()));
  const lines = head.replace(/^\ufeff/, '').split('\n');
  const marks: LineMark[] = [];
  for (const [at, line] of lines.entries()) {
    if (old.has(line.trim())) continue;
    const neighbours = [lines[at - 1] ?? '', lines[at + 1] ?? ''] as const;
    const windows = [joined(neighbours[0], line), joined(line, neighbours[1])];
    for (const { kind, isIn } of kinds) {
      const isTheirs = neighbours.some((each) => old.has(each.trim()) && isIn(each));
      const text = [line, ...(isTheirs ? [] : windows)].find((each) => isIn(each));
      if (text !== undefined && marks.length < mostMarks)
        marks.push({ kind, line: at + 1, quote: text.trim() });
    }
  }
  return marks;
}

function joined(one: string, next: string): string {
  return `${one.replace(/\\\s*$/, '')} ${next.replace(/^[\s>*#/-]+/, '')}`;
}

const kinds: readonly { readonly kind: LineMark['kind']; readonly isIn: (text: string) => boolean }[] = [
  { kind: 'invisible-text', isIn: (text) => invisible.test(text) },
  { kind: 'instruction-text', isIn: (text) => speaksIn(text, addresses, instructions) },
  { kind: 'pipes-to-shell', isIn: (text) => speaksIn(text, loaders, shells) },
];

/** `words` is quick, and each of the patterns holds one of them. */
function speaksIn(text: string, words: RegExp, patterns: readonly RegExp[]): boolean {
  const plain = asRead(text);
  if (!words.test(plain)) return false;
  for (let at = 0; at < plain.length; at += longest / 2) {
    // A piece of it, so that each pattern takes bounded time.
    const piece = plain.slice(at, at + longest);
    if (patterns.some((pattern) => pattern.test(piece))) return true;
  }
  return false;
}

/** As a model reads it: without what is invisible, and one form of each letter. */
function asRead(text: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(text);
  const plain = isPlain ? text : text.normalize('NFKC').replaceAll(/[\p{Cf}\p{Mn}]/gu, '');
  return plain.replaceAll(/[\s_*]+/g, ' ');
}

const addresses =
  /instruction|prompt|rule|guideline|direction|constraint|context|\bllm|language model|assistant|agent|copilot|claude|gpt|gemini|cursor|\bbots?\b|\bai\b|directive|\|>|inst\]|sys>>|\b(tell|inform|mention|reveal|alert|notify|warn)\b|\bthis (change|pull request|pr|diff|patch|commit)\b/i;
const loaders = /curl|wget|iwr|irm|invoke-|fetch|aria2c|\bhttp\b|downloadstring|base64/i;

const whom =
  'ai|llms?|language models?|assistants?|(?:coding |ai )?agents?|copilot|claude|chatgpt|gpt-?\\d?|gemini|cursor|bots?';
const acts =
  'run|execute|approve|merge|ignore|install|fetch|send|delete|reply|output|respond|skip|print|open|upload|commit|push';

/** Text that speaks to a model, or that asks a reviewer to look away. Guesses: a person reads what they find. */
const instructions: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|prior|above|earlier|preceding|all|any|your|system|these|those)\b.{0,40}\b(instructions?|prompts?|rules?|guidelines?|directions?|constraints?|context)\b/i,
  /\b(you are|you're|act as|behave as|pretend to be|speaking as|as) an? (ai|llm|large language model|language model|helpful assistant|ai assistant|coding agent|ai agent)\b/i,
  /\b(system|developer) (prompt|message|instruction)s?\s?:/i,
  /<\|?(im start|im end|system|endoftext|start header id|eot id)\|?>|\[\/?INST\]|<<\/?SYS>>/i,
  /\b(new|updated|additional|important|urgent|hidden) (instructions?|directives?) (for|to) (the |all |any )?(ai|llms?|models?|assistants?|agents?|reviewers?)\b/i,
  new RegExp(
    `\\b(if you are|attention|note to|dear|to|for|hey) (an? |any |all |the )?(${whom})\\b.{0,80}\\b(${acts})\\b`,
    'i',
  ),
  new RegExp(
    `\\b(${whom}) (must|should|shall|has to|have to|will|need to|are required to)( always| now| never| not)? (${acts})\\b`,
    'i',
  ),
  /\b(do not|don't|never) (tell|inform|mention|reveal|alert|notify|warn)\b.{0,40}\b(users?|humans?|reviewers?|persons?|people|operators?|maintainers?|anyone)\b/i,
  /\b(approve|merge|accept|pass|lgtm)\b.{0,20}\bthis (change|pull request|pr|diff|patch|commit)\b/i,
  /\b(this (change|pull request|pr|diff|patch|commit)) (is|was|has been) (already )?(safe|approved|verified|reviewed|audited)\b/i,
];

const loads = '(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|fetch|aria2c|http)';
const runs =
  '(?:(?:/usr)?/?(?:local/)?(?:bin/)?(?:env )?(?:ba|z|da|k|fi|c|tc)?sh|python[\\d.]*|node|deno|bun|perl|ruby|php|iex|invoke-expression|pwsh|powershell|source|cmd)';

/** What is loaded is run before anybody has read it. */
const shells: readonly RegExp[] = [
  new RegExp(`\\b${loads}\\b.{0,400}\\|\\s?(?:&\\s?)?(?:sudo (?:-\\S+ )*)?${runs}\\b`, 'i'),
  new RegExp(`\\b(?:ba|z|da|k)?sh\\b.{0,40}(?:-c|<)\\s?["']?(?:\\$\\(|<?\\(|\`)\\s?${loads}\\b`, 'i'),
  /\b(eval|iex|invoke-expression|source)\s?["']?(\$\(|<\(|\(|`)\s?["']?(curl|wget|iwr|irm|invoke-|new-object.{0,60}downloadstring)/i,
  /\bbase64\b.{0,60}(-d|-D|--decode)\b.{0,60}\|\s?(sudo )?(ba|z|da|k)?sh\b/i,
];
