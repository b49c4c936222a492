import type { z } from 'zod';
import { parseHostileObject } from '../../domain/npm/hostile-json.ts';
import { malformed } from './wire-fault.ts';

/** Reads one JSON object of the given shape. Throws a WireFault: what came is in no reason, since it may be anything. */
export function readShape<T>(text: string, shape: z.ZodType<T>, what: string): T {
  const found = shape.safeParse(object(text, what));
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw malformed(`${what} has another shape: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

/** The input of a tool call; an empty text is an empty object. */
export function toolInput(text: string, tool: string): unknown {
  return text.trim() === '' ? {} : object(text, `the input of ${tool}`);
}

function object(text: string, what: string): unknown {
  try {
    return parseHostileObject(text);
  } catch {
    throw malformed(`${what} is no JSON object`);
  }
}
