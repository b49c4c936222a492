import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type AskedLens, lensNames } from '../../domain/judgement.ts';

/** How a lens looks at a change. Its questions are put so that "yes" is bad. */
export type Lens = {
  readonly name: AskedLens;
  readonly about: string;
  /** By their names, in the order in which they are asked. */
  readonly questions: ReadonlyMap<string, string>;
};

/** What models are asked. Part of this program, like its source. */
export type Prompts = {
  readonly system: string;
  /** For the pass that looks for text that speaks to a reviewer. */
  readonly instructions: string;
  readonly lenses: ReadonlyMap<AskedLens, Lens>;
  /** `sha256:` and hex over all of it, and over how a change is shown and answers are read. */
  readonly digest: string;
};

/** Grows when the code beside the prompts shows or reads something otherwise. */
const protocol = 'autoland-judge-1';

const lensFile = z.strictObject({
  about: z.string().min(1),
  questions: z.record(z.string().regex(/^[a-z]+(-[a-z]+)*$/), z.string().endsWith('?')),
});

let read: Prompts | undefined;

export function shippedPrompts(): Prompts {
  read ??= readPrompts();
  return read;
}

function readPrompts(): Prompts {
  const system = textOf('system.md');
  const instructions = textOf('instructions.md');
  const names: readonly AskedLens[] = [...lensNames, 'instructions'];
  const texts = names.map((name) => [name, textOf(`lenses/${name}.json`)] as const);
  const lenses = texts.map(([name, text]) => {
    const { about, questions } = lensFile.parse(JSON.parse(text));
    return [name, { name, about, questions: new Map(Object.entries(questions)) }] as const;
  });
  const digest = createHash('sha256')
    .update(JSON.stringify([protocol, system, instructions, texts]))
    .digest('hex');
  return { system, instructions, lenses: new Map(lenses), digest: `sha256:${digest}` };
}

function textOf(name: string): string {
  return readFileSync(new URL(`./prompts/${name}`, import.meta.url), 'utf8');
}
