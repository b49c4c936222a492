import { parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { Wire } from '../wire.ts';
import { faultOfType } from './answers.ts';
import { MessagesFold } from './fold.ts';
import { errorBody } from './shapes.ts';
import { messagesRequest } from './to-wire.ts';

/** The Messages API of Anthropic. */
export const messagesWire: Wire = {
  path: '/v1/messages',
  headers: (key) => ({
    'anthropic-version': '2023-06-01',
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
