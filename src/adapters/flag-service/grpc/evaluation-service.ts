import type { JsonObject } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { Evaluation } from '../evaluator.ts';
import { type Room, turns } from '../room.ts';
import { changesBetween, type Selection, type ServedFlag, select } from '../snapshot.ts';
import type { EvaluationV1, EvaluationV2, FlagEvent, ResolveRequest } from '../wire/evaluation.ts';
import { admitCall, enterStream, revoked } from './admit-call.ts';

/** For clients that ask for each evaluation. Every flag here is boolean, so other types are refused. */
export function evaluationV2(room: Room): ServiceImpl<EvaluationV2> {
  return methodsOf(room);
}

export function evaluationV1(room: Room): ServiceImpl<EvaluationV1> {
  return {
    ...methodsOf(room),
    resolveAll({ context: asked }, context) {
      const { selection } = admitCall(room, context);
      const { current } = room.feed;
      const all = select(current, selection).flatMap(({ key }) => {
        const found = room.evaluator.evaluate(current, key, targetingKeyOf(asked));
        return found === undefined ? [] : [[key, anyFlag(found)] as const];
      });
      return { flags: Object.fromEntries(all), metadata: { environment: room.environment } };
    },
  };
}

/** What both versions have. */
function methodsOf(room: Room) {
  const other = (type: string) => (request: ResolveRequest, context: HandlerContext) =>
    otherType(room, type, request, context);
  return {
    resolveBoolean: (request: ResolveRequest, context: HandlerContext) =>
      shown(resolve(room, request, context)),
    resolveString: other('string'),
    resolveFloat: other('float'),
    resolveInt: other('integer'),
    resolveObject: other('object'),
    eventStream: (_request: unknown, context: HandlerContext) => events(room, context),
  };
}

function resolve(
  room: Room,
  { flagKey, context: asked }: ResolveRequest,
  context: HandlerContext,
): Evaluation {
  admitCall(room, context);
  const found = room.evaluator.evaluate(room.feed.current, flagKey, targetingKeyOf(asked));
  if (found !== undefined) return found;
  throw new ConnectError(`expected the key of a flag, found ${quoted(flagKey)}`, Code.NotFound);
}

function otherType(room: Room, type: string, request: ResolveRequest, context: HandlerContext): never {
  resolve(room, request, context);
  const message = `expected a boolean to be asked of flag ${quoted(request.flagKey)}, found ${type}`;
  throw new ConnectError(message, Code.InvalidArgument);
}

function quoted(key: string): string {
  return JSON.stringify(key.slice(0, 200));
}

function targetingKeyOf(context: JsonObject | undefined): string {
  const key = context?.targetingKey;
  return typeof key === 'string' ? key : '';
}

function shown({ value, variant, reason, version }: Evaluation) {
  return { value, variant, reason, metadata: { version } };
}

function anyFlag({ value, variant, reason, version }: Evaluation) {
  return { value: { case: 'boolValue' as const, value }, variant, reason, metadata: { version } };
}

/** Tells that flags changed, and which: a client then drops what it has cached. */
async function* events(room: Room, context: HandlerContext): AsyncGenerator<FlagEvent> {
  const client = admitCall(room, context);
  const leave = enterStream(room, context);
  try {
    let known = { revision: room.feed.revision, flags: select(room.feed.current, client.selection) };
    yield { type: 'provider_ready' };
    for await (const turn of turns(room, client, context.signal)) {
      if (turn === 'revoked') throw revoked();
      if (room.feed.revision === known.revision) continue;
      const data = changeData(room, known, client.selection);
      known = { revision: room.feed.revision, flags: select(room.feed.current, client.selection) };
      if (Object.keys(data.flags).length > 0) yield { type: 'configuration_change', data };
    }
  } finally {
    leave();
  }
}

type Known = { readonly revision: number; readonly flags: readonly ServedFlag[] };

/** Most clients come from the same revision: what changed since is worked out once. */
function changeData({ feed }: Room, { revision, flags }: Known, selection: Selection) {
  return feed.once(`changes ${revision} ${selection.service ?? ''}`, () => {
    const changes = changesBetween(flags, select(feed.current, selection));
    const told = [...changes].map(
      ([flagKey, type]) => [flagKey, { type, source: 'autoland', flagKey }] as const,
    );
    return { flags: Object.fromEntries(told) };
  });
}
