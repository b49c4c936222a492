import { z } from 'zod';

const says = z.strictObject({
  kind: z.literal('says'),
  blocks: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('text'), text: z.string() }),
      z.strictObject({
        kind: z.literal('reasoning'),
        text: z.string(),
        isRedacted: z.boolean().default(false),
      }),
      z.strictObject({
        kind: z.literal('tool-call'),
        tool: z.string().min(1),
        input: z.record(z.string(), z.unknown()),
      }),
    ]),
  ),
  /** Absent: as the blocks have it. */
  stop: z.enum(['end', 'tool-call', 'length', 'refusal']).optional(),
  /** Who says that it answered; absent: the model that was asked. */
  answeredBy: z.string().optional(),
  usage: z
    .strictObject({
      input: z.int().min(0).default(100),
      output: z.int().min(0).default(20),
      cacheRead: z.int().min(0).default(0),
      cacheWrite: z.int().min(0).default(0),
    })
    .prefault({}),
});

/** What goes wrong at real servers, and on the way to them. */
const fails = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(300).max(599),
    type: z.string().optional(),
    message: z.string().default('as the script says'),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** The answer ends after so many events: in order, as a proxy ends it, or with the connection. */
  z.strictObject({ kind: z.literal('cut'), events: z.int().min(0), how: z.enum(['end', 'reset']) }),
  /** So many events, and then nothing. */
  z.strictObject({ kind: z.literal('stalls'), events: z.int().min(0) }),
  /** No head of an answer. */
  z.strictObject({ kind: z.literal('silent') }),
  /** An error in the middle of the stream. */
  z.strictObject({
    kind: z.literal('breaks'),
    events: z.int().min(0),
    type: z.string(),
    message: z.string(),
  }),
  /** One event whose data is this text, in the middle. */
  z.strictObject({ kind: z.literal('babbles'), events: z.int().min(0), data: z.string() }),
  /** An answer without an end. */
  z.strictObject({ kind: z.literal('floods') }),
  /** A good status, and what is no stream. */
  z.strictObject({ kind: z.literal('page'), type: z.string(), body: z.string() }),
]);

const step = z.strictObject({
  /** Answers only where the request holds this text; absent: any. */
  contains: z.string().optional(),
  /** Answers only the model of this name; absent: any. */
  model: z.string().optional(),
  /** How often; absent: without end. */
  times: z.int().min(1).optional(),
  answer: z.union([says, fails]),
});

/** What a model is to answer, as data: the first step that fits and is not used up. */
export const scriptSchema = z.strictObject({ steps: z.array(step).min(1) });

export type Script = z.output<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema>;
export type ScriptStep = Script['steps'][number];
export type Says = z.output<typeof says>;
export type Fails = z.output<typeof fails>;

/** Which step answers. */
export class ScriptReader {
  readonly #steps: { readonly step: ScriptStep; left: number }[];

  constructor(script: Script) {
    this.#steps = script.steps.map((one) => ({ step: one, left: one.times ?? Number.POSITIVE_INFINITY }));
  }

  /** undefined: the script has no answer to that. */
  next(body: string, model: string): ScriptStep | undefined {
    const found = this.#steps.find(
      ({ step: { contains, model: wanted }, left }) =>
        left > 0 && (contains === undefined || body.includes(contains)) && (wanted ?? model) === model,
    );
    if (found !== undefined) found.left -= 1;
    return found?.step;
  }
}
