import { z } from 'zod';
import { repeatedKey } from '../../domain/repeated-key.ts';
import type { Lens } from './shipped.ts';

/** A model may find more; these are read. */
const mostFindings = 5;
const longest = { file: 1_000, quote: 400, why: 600 };
/** Of an answer, in characters. */
const mostText = 64 * 1024;

const finding = z.strictObject({
  file: z.string().max(longest.file),
  side: z.enum(['added', 'removed', 'kept']),
  line: z.int().min(1).max(10_000_000),
  quote: z.string().max(longest.quote),
  why: z.string().max(longest.why),
});
const reply = z.strictObject({
  answer: z.enum(['yes', 'no', 'unsure']),
  findings: z.array(finding).max(mostFindings),
});

/** What a model answered to one question. */
export type QuestionReply = z.output<typeof reply>;

function answerOf({ questions }: Lens) {
  const names = Object.fromEntries([...questions.keys()].map((name) => [name, reply]));
  return z.strictObject({ nonce: z.string().max(64), answers: z.strictObject(names) });
}

/** Not every provider takes bounds in a schema; they are checked when the answer is read. */
const bounds = ['maxLength', 'maxItems', 'minimum', 'maximum'] as const;

/** Closed: every question is there, and nothing else. */
export function answerSchema(lens: Lens): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(answerOf(lens), {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      for (const bound of bounds) delete jsonSchema[bound];
    },
  });
  return schema;
}

/** The replies by the names of the questions; a string: why the text is no answer. */
export function readAnswer(
  text: string,
  lens: Lens,
  nonce: string,
): ReadonlyMap<string, QuestionReply> | string {
  if (text.length > mostText) return `its answer has ${text.length} characters, over ${mostText}`;
  const plain = unfenced(text.trim());
  let value: unknown;
  try {
    value = JSON.parse(plain);
    const twice = repeatedKey(plain);
    if (twice !== undefined) return `its answer says ${JSON.stringify(twice.slice(0, 40))} twice`;
  } catch {
    return 'its answer is not JSON';
  }
  const read = answerOf(lens).safeParse(value);
  if (!read.success) return `its answer does not fit the schema: ${problemOf(read.error)}`;
  if (read.data.nonce !== nonce) return 'its answer does not hold the nonce of the request';
  return new Map(Object.entries(read.data.answers));
}

/** Some models put JSON into a block of Markdown whatever they are told. */
function unfenced(text: string): string {
  return /^```(?:json)?\n([\s\S]*)\n```$/.exec(text)?.[1] ?? text;
}

function problemOf({ issues }: z.ZodError): string {
  const [first] = issues;
  if (first === undefined) return 'nobody knows where';
  return `${first.path.map(String).join('.') || 'the whole'} (${first.code})`;
}
