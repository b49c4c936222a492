import { z } from 'zod';
import { AutolandError } from '../../../domain/errors.ts';
import type { RolloutRecord } from '../../../domain/rollout-record.ts';
import { outcomeOfStatus } from '../../../domain/rollout-tally.ts';

/** As far as a date goes. */
const t = z.number().min(0).max(8e9);
const arm = z.enum(['canary', 'baseline']);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const weightLine = z.object({ t, weight: z.number().gt(0).lt(1) });
const requestLine = z
  .object({
    t,
    arm,
    user: z.union([z.string().min(1), z.number()]),
    error: z.boolean().optional(),
    status: z.number().int().min(100).max(599).optional(),
  })
  .refine(({ error, status }) => error !== undefined || status !== undefined, {
    message: 'expected error (true or false) or status',
  });
const windowLine = z
  .object({ t, arm, users: count, failed: count })
  .refine(({ users, failed }) => failed <= users, { message: 'expected no more failed than users' });

/** A line of NDJSON; other keys than those that are known are passed over. Throws `usage`, with the line's number. */
export function readRecord(line: string, number: number): RolloutRecord {
  const data = parsed(line, number);
  if ('weight' in data) return { kind: 'weight', ...valid(weightLine, data, number) };
  if ('users' in data) {
    const { t: end, arm: of, users, failed } = valid(windowLine, data, number);
    return { kind: 'window', t: end, arm: of, users, failed };
  }
  const { t: at, arm: of, user, error, status } = valid(requestLine, data, number);
  const failed = error === undefined ? outcomeOfStatus(status ?? 0) : error ? 'server-error' : 'ok';
  return { kind: 'request', t: at, arm: of, user: String(user), outcome: failed };
}

function parsed(line: string, number: number): object {
  try {
    const data: unknown = JSON.parse(line);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data;
  } catch {
    // The same as what is no object.
  }
  throw invalid(number, `found ${JSON.stringify(line.slice(0, 60))}`);
}

function valid<T>(schema: z.ZodType<T>, data: object, number: number): T {
  const read = schema.safeParse(data);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw invalid(number, `${where === '' ? '' : `${where}: `}${issue?.message ?? 'it is something else'}`);
}

function invalid(number: number, found: string): AutolandError {
  return new AutolandError('usage', `expected a weight, a request or a window in line ${number}, ${found}`, {
    mend: 'one JSON object a line: {"t":0,"weight":0.01}, {"t":1.5,"arm":"canary","user":"u7","error":false} or {"t":2,"arm":"baseline","users":990,"failed":4}',
  });
}
