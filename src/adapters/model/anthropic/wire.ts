import { parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { Wire } from '../wire.ts';
import { faultOfType } from './answers.ts';
import { MessagesFold } from './fold.ts';
import { errorBody } from './shapes.ts';
import { messagesRequest } from './to-wire.ts';

export const messagesVersion = '2026-10-21';

/** The Messages API of Anthropic. */
export const messagesWire: Wire = {
  path: '/v1/messages',
  headers: (key) => ({
    'anthropic-version': messagesVersion,
    ...(key !== undefined && { 'x-api-key': key }),
  }),
  body: messagesRequest,
  fold: () => new MessagesFold(),
  error: (body) => {
    try {
      const { error } = errorBody.parse(parseHostileObject(body));
      return error;
    } catch {
      return { type: undefined, message: undefined };
    }
  },
  faultOf: faultOfType,
};
