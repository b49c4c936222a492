import type { ServiceImpl } from '@connectrpc/connect';
import { flagSetOf, type Serving, turns } from '../serving.ts';
import { FlagSyncService, type FlagSyncServiceDesc } from '../wire/sync.ts';
import { admitCall, enterStream, revoked } from './admit-call.ts';
import { frameOf, sendFrame } from './shared-frame.ts';

const SyncFlagsResponse = FlagSyncService.method.syncFlags.output;

/** For clients that evaluate by themselves: the whole flag set, and again whenever it changes. */
export function syncService(serving: Serving): ServiceImpl<FlagSyncServiceDesc> {
  const syncContext = { environment: serving.environment };
  return {
    async *syncFlags({ selector }, context) {
      const client = admitCall(serving, context, selector);
      const leave = enterStream(serving, context);
      try {
        let told = '';
        for await (const turn of turns(serving, client, context.signal, 'nothing')) {
          if (turn === 'revoked') throw revoked();
          const flagConfiguration = flagSetOf(serving, client.selection);
          if (flagConfiguration === told) continue;
          const isFirst = told === '';
          told = flagConfiguration;
          const response = { flagConfiguration, syncContext };
          const name = `frame set ${client.selection.service ?? ''}`;
          const frame = () => serving.feed.once(name, () => frameOf(SyncFlagsResponse, response));
          if (isFirst || !sendFrame(context, frame)) yield response;
        }
      } finally {
        leave();
      }
    },
    fetchAllFlags({ selector }, context) {
      const { selection } = admitCall(serving, context, selector);
      return { flagConfiguration: flagSetOf(serving, selection) };
    },
    getMetadata(_request, context) {
      admitCall(serving, context);
      return { metadata: syncContext };
    },
  };
}
