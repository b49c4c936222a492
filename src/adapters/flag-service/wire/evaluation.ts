import type { JsonObject, Message } from '@bufbuild/protobuf';
import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
import { describeFile, type FieldSpec, type FileSpec, type MessageSpec, STRUCT } from './describe.ts';

/*
 * flagd.evaluation.v1 and v2, as flagd's clients that ask for each evaluation speak them. v2 is v1 without ResolveAll,
 * and tells apart whether value and variant were sent.
 */

const asked = { flag_key: [1, 'string'], context: [2, STRUCT] } as const;
const types = { Boolean: 'bool', String: 'string', Float: 'double', Int: 'int64', Object: STRUCT } as const;

function answered(type: FieldSpec[1], presence: readonly [] | readonly ['?']): MessageSpec {
  return {
    value: [1, type, ...presence],
    reason: [2, 'string'],
    variant: [3, 'string', ...presence],
    metadata: [4, STRUCT],
  };
}

function version(name: string, presence: readonly [] | readonly ['?'], more?: Partial<FileSpec>): FileSpec {
  const kinds = Object.entries(types);
  const messages = kinds.flatMap(([kind, type]) => [
    [`Resolve${kind}Request`, asked],
    [`Resolve${kind}Response`, answered(type, presence)],
  ]);
  const methods = kinds.map(([kind]) => [
    `Resolve${kind}`,
    [`Resolve${kind}Request`, `Resolve${kind}Response`],
  ]);
  return {
    name,
    ...more,
    messages: {
      ...Object.fromEntries(messages),
      EventStreamRequest: {},
      EventStreamResponse: { type: [1, 'string'], data: [2, STRUCT] },
      ...more?.messages,
    },
    service: 'Service',
    methods: {
      ...Object.fromEntries(methods),
      EventStream: ['EventStreamRequest', 'EventStreamResponse', 'stream'],
      ...more?.methods,
    },
  };
}

const anyFlag: MessageSpec = {
  reason: [1, 'string'],
  variant: [2, 'string'],
  bool_value: [3, 'bool'],
  string_value: [4, 'string'],
  double_value: [5, 'double'],
  object_value: [6, STRUCT],
  metadata: [7, STRUCT],
};

const v1 = describeFile(
  version('flagd.evaluation.v1', [], {
    messages: {
      ResolveAllRequest: { context: [1, STRUCT] },
      ResolveAllResponse: { metadata: [2, STRUCT] },
      AnyFlag: anyFlag,
    },
    oneofs: { AnyFlag: ['bool_value', 'string_value', 'double_value', 'object_value'] },
    maps: { ResolveAllResponse: { flags: [1, 'AnyFlag'] } },
    methods: { ResolveAll: ['ResolveAllRequest', 'ResolveAllResponse'] },
  }),
);
const v2 = describeFile(version('flagd.evaluation.v2', ['?']));

type Versions = 'v1' | 'v2';
type Named<V extends Versions, N extends string> = Message<`flagd.evaluation.${V}.${N}`>;
type Unary<I extends Message, O extends Message> = {
  methodKind: 'unary';
  input: GenMessage<I>;
  output: GenMessage<O>;
};
export type ResolveRequest = { flagKey: string; context?: JsonObject };
type Answer<T> = { value?: T; reason: string; variant?: string; metadata?: JsonObject };
type Resolve<V extends Versions, Kind extends string, T> = Unary<
  Named<V, `Resolve${Kind}Request`> & ResolveRequest,
  Named<V, `Resolve${Kind}Response`> & Answer<T>
>;

export type FlagEvent = { type: string; data?: JsonObject };
type Methods<V extends Versions> = {
  resolveBoolean: Resolve<V, 'Boolean', boolean>;
  resolveString: Resolve<V, 'String', string>;
  resolveFloat: Resolve<V, 'Float', number>;
  resolveInt: Resolve<V, 'Int', bigint>;
  resolveObject: Resolve<V, 'Object', JsonObject>;
  eventStream: {
    methodKind: 'server_streaming';
    input: GenMessage<Named<V, 'EventStreamRequest'>>;
    output: GenMessage<Named<V, 'EventStreamResponse'> & FlagEvent>;
  };
};

export type AnyFlag = Named<'v1', 'AnyFlag'> & {
  reason: string;
  variant: string;
  value: { case: 'boolValue'; value: boolean } | { case: undefined };
  metadata?: JsonObject;
};
type ResolveAll = Unary<
  Named<'v1', 'ResolveAllRequest'> & { context?: JsonObject },
  Named<'v1', 'ResolveAllResponse'> & { flags: { [key: string]: AnyFlag }; metadata?: JsonObject }
>;

/** The types above say what the description says; TypeScript cannot follow. */
export type EvaluationV1 = GenService<Methods<'v1'> & { resolveAll: ResolveAll }>;
export type EvaluationV2 = GenService<Methods<'v2'>>;
export const EvaluationServiceV1 = v1.getService('flagd.evaluation.v1.Service') as EvaluationV1;
export const EvaluationServiceV2 = v2.getService('flagd.evaluation.v2.Service') as EvaluationV2;
