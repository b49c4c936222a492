import type { ToolCall } from '../domain/recording.ts';

/** Keeps what tools were asked and answered. MUST have it safely before it answers: what was not recorded is not told to the model. */
export interface ToolLog {
  recordCall(call: ToolCall): Promise<void>;
}
