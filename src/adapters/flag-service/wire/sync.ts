import type { JsonObject, Message } from '@bufbuild/protobuf';
import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
import { describeFile, STRUCT } from './describe.ts';

/** flagd.sync.v1, as flagd's clients that evaluate by themselves speak it. */
const name = 'flagd.sync.v1';
const request = { provider_id: [1, 'string'], selector: [2, 'string'] } as const;

const registry = describeFile({
  name,
  messages: {
    SyncFlagsRequest: request,
    SyncFlagsResponse: { flag_configuration: [1, 'string'], sync_context: [2, STRUCT, '?'] },
    FetchAllFlagsRequest: request,
    FetchAllFlagsResponse: { flag_configuration: [1, 'string'] },
    GetMetadataRequest: {},
    GetMetadataResponse: { metadata: [2, STRUCT] },
  },
  service: 'FlagSyncService',
  methods: {
    SyncFlags: ['SyncFlagsRequest', 'SyncFlagsResponse', 'stream'],
    FetchAllFlags: ['FetchAllFlagsRequest', 'FetchAllFlagsResponse'],
    GetMetadata: ['GetMetadataRequest', 'GetMetadataResponse'],
  },
});

type Named<N extends string> = Message<`flagd.sync.v1.${N}`>;
export type SyncRequest = { providerId: string; selector: string };
type SyncFlagsRequest = Named<'SyncFlagsRequest'> & SyncRequest;
type SyncFlagsResponse = Named<'SyncFlagsResponse'> & { flagConfiguration: string; syncContext?: JsonObject };
type FetchAllFlagsRequest = Named<'FetchAllFlagsRequest'> & SyncRequest;
type FetchAllFlagsResponse = Named<'FetchAllFlagsResponse'> & { flagConfiguration: string };
type GetMetadataResponse = Named<'GetMetadataResponse'> & { metadata?: JsonObject };

export type FlagSyncServiceDesc = GenService<{
  syncFlags: {
    methodKind: 'server_streaming';
    input: GenMessage<SyncFlagsRequest>;
    output: GenMessage<SyncFlagsResponse>;
  };
  fetchAllFlags: {
    methodKind: 'unary';
    input: GenMessage<FetchAllFlagsRequest>;
    output: GenMessage<FetchAllFlagsResponse>;
  };
  getMetadata: {
    methodKind: 'unary';
    input: GenMessage<Named<'GetMetadataRequest'>>;
    output: GenMessage<GetMetadataResponse>;
  };
}>;

/** The types above say what the description says; TypeScript cannot follow. */
export const FlagSyncService = registry.getService(`${name}.FlagSyncService`) as FlagSyncServiceDesc;
