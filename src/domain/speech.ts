import { formsOf } from './as-read.ts';
import { elsewhere, wordsElsewhere } from './speech-elsewhere.ts';

const longest = 2_000;

/** Whether a text speaks to a model, or asks a reviewer to look away. A guess: a person reads what it finds. */
export function speaksToReviewer(text: string): boolean {
  return speaksIn(text, addresses, instructions) || speaksIn(text, wordsElsewhere, elsewhere);
}

/** `words` is quick, and each of the patterns holds one of them. */
export function speaksIn(text: string, words: RegExp, patterns: readonly RegExp[]): boolean {
  return formsOf(text).some((form) => words.test(form) && holdsOne(form, patterns));
}

function holdsOne(text: string, patterns: readonly RegExp[]): boolean {
  for (let at = 0; at < text.length; at += longest / 2) {
    // A piece of it, so that each pattern takes bounded time.
    const piece = text.slice(at, at + longest);
    if (patterns.some((pattern) => pattern.test(piece))) return true;
  }
  return false;
}

const addresses =
  /instruction|prompt|rule|guideline|direction|constraint|context|\bllm|language model|assistant|agent|copilot|claude|gpt|gemini|cursor|\bbots?\b|\bai\b|directive|\|>|inst\]|sys>>|\b(tell|inform|mention|reveal|alert|notify|warn)\b|\bthis (change|pull request|pr|diff|patch|commit)\b/i;

const whom =
  'ai|llms?|language models?|assistants?|(?:coding |ai )?agents?|copilot|claude|chatgpt|gpt-?\\d?|gemini|cursor|bots?';
const acts =
  'run|execute|approve|merge|ignore|install|fetch|send|delete|reply|output|respond|skip|print|open|upload|commit|push';

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
