import type { ServiceImpl } from '@connectrpc/connect';
import { flagSetOf, type Room, turns } from '../room.ts';
import type { FlagSyncServiceDesc } from '../wire/sync.ts';
import { admitCall, enterStream, revoked } from './admit-call.ts';

/** For clients that evaluate by themselves: the whole flag set, and again whenever it changes. */
export function syncService(room: Room): ServiceImpl<FlagSyncServiceDesc> {
  const syncContext = { environment: room.environment };
  return {
    async *syncFlags({ selector }, context) {
      const client = admitCall(room, context, selector);
      const leave = enterStream(room, context);
      try {
        let told = '';
        for await (const turn of turns(room, client, context.signal)) {
          if (turn === 'revoked') throw revoked();
          const flagConfiguration = flagSetOf(room, client.selection);
          if (flagConfiguration === told) continue;
          told = flagConfiguration;
          yield { flagConfiguration, syncContext };
        }
      } finally {
        leave();
      }
    },
    fetchAllFlags({ selector }, context) {
      const { selection } = admitCall(room, context, selector);
      return { flagConfiguration: flagSetOf(room, selection) };
    },
    getMetadata(_request, context) {
      admitCall(room, context);
      return { metadata: syncContext };
    },
  };
}
