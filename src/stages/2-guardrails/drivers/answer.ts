import { z } from 'zod';
import type { Driver } from '../../../domain/driver.ts';
import type { ModelIdentity, ModelReply } from '../../../domain/model.ts';
import { printable } from '../../../domain/printable.ts';
import { repeatedKey } from '../../../domain/repeated-key.ts';

/** Of an answer, in characters; a driver has a bound of its own. */
const mostAnswer = 256 * 1024;

const answer = z.strictObject({
  nonce: z.string().max(64),
  drivers: z.array(z.strictObject({ format: z.enum(['cjs', 'esm']), text: z.string() })),
});

/** Not every provider takes bounds in a schema; they are checked when the answer is read. */
export function answerSchema(): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(answer, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.maxLength;
    },
  });
  return schema;
}

export type Asked = {
  readonly identity: Pick<ModelIdentity, 'model'>;
  readonly nonce: string;
  /** So many drivers are read. */
  readonly most: number;
};

/** A string: why it is no whole answer. */
export function readReply(reply: ModelReply, { identity, nonce, most }: Asked): readonly Driver[] | string {
  if (reply.kind === 'fault') return `it could not be asked: ${reply.fault}: ${cut(reply.reason)}`;
  if (reply.stop === 'refusal') return 'it refused to answer';
  if (reply.stop === 'length') return 'its answer was cut off';
  if (reply.stop !== 'end') return `it stopped for ${reply.stop}, and was given no tool`;
  if (reply.answeredBy !== identity.model)
    return `${cut(reply.answeredBy)} answered in the place of ${identity.model}: name the model in models as its provider does`;
  const [only, ...more] = reply.blocks.filter(({ kind }) => kind !== 'reasoning');
  if (only?.kind !== 'text' || more.length > 0) return 'its answer is not one text';
  return readText(only.text, nonce, most);
}

/** Read as carefully when it was kept as when it came. */
export function readText(text: string, nonce: string, most: number): readonly Driver[] | string {
  if (text.length > mostAnswer) return `its answer has ${text.length} characters, over ${mostAnswer}`;
  // Some models put JSON into a block of Markdown whatever they are told.
  const plain = /^```(?:json)?\n([\s\S]*)\n```$/.exec(text.trim())?.[1] ?? text;
  let value: unknown;
  try {
    value = JSON.parse(plain);
    if (repeatedKey(plain) !== undefined) return 'its answer says something twice';
  } catch {
    return 'its answer is not JSON';
  }
  const read = answer.safeParse(value);
  if (!read.success) return `its answer does not fit the schema: ${problemOf(read.error)}`;
  if (read.data.nonce !== nonce) return 'its answer does not hold the nonce of the request';
  const each = new Map(read.data.drivers.map((driver) => [driver.text, driver]));
  return [...each.values()].slice(0, most);
}

function problemOf({ issues: [first] }: z.ZodError): string {
  return first === undefined
    ? 'nobody knows where'
    : `${first.path.join('.') || 'the whole'} (${first.code})`;
}

const cut = (text: string) => printable(text).toWellFormed().slice(0, 300);
