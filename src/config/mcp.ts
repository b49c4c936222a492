import { z } from 'zod';
import { wants } from './fields.ts';

const wantsPort = wants('a port from 1 to 65535, or null', 'write it as 7310');

/** The key `mcp`. */
export const mcp = z
  .strictObject({
    port: z
      .int(wantsPort)
      .min(1, wantsPort)
      .max(65_535, wantsPort)
      .nullable()
      .default(null)
      .describe('Where autoland up serves agents that show a token, at 127.0.0.1; null: it serves none'),
  })
  .describe('Agents that are served over HTTP for as long as autoland up runs');
