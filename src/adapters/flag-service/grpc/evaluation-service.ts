import type { JsonObject } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { Evaluation } from '../evaluator.ts';
import { type Serving, turns } from '../serving.ts';
import { changesBetween, type Selection, type ServedFlag, select } from '../snapshot.ts';
import {
  EvaluationServiceV1,
  type EvaluationV1,
  type EvaluationV2,
  type FlagEvent,
  type ResolveRequest,
} from '../wire/evaluation.ts';
import { admitCall, enterStream, revoked } from './admit-call.ts';
import { frameOf, sendFrame } from './shared-frame.ts';

/** The same in both versions. */
const EventStreamResponse = EvaluationServiceV1.method.eventStream.output;

/** For clients that ask for each evaluation. Every flag here is boolean, so other types are refused. */
export function evaluationV2(serving: Serving): ServiceImpl<EvaluationV2> {
  return methodsOf(serving);
}

export function evaluationV1(serving: Serving): ServiceImpl<EvaluationV1> {
  return {
    ...methodsOf(serving),
    resolveAll({ context: asked }, context) {
      const { selection } = admitCall(serving, context);
      const { current } = serving.feed;
      const all = select(current, selection).flatMap(({ key }) => {
        const found = serving.evaluator.evaluate(current, key, targetingKeyOf(asked));
        return found === undefined ? [] : [[key, anyFlag(found)] as const];
      });
      return { flags: Object.fromEntries(all), metadata: { environment: serving.environment } };
    },
  };
}

/** What both versions have. */
function methodsOf(serving: Serving) {
  const other = (type: string) => (request: ResolveRequest, context: HandlerContext) =>
    otherType(serving, type, request, context);
  return {
    resolveBoolean: (request: ResolveRequest, context: HandlerContext) =>
      shown(resolve(serving, request, context)),
    resolveString: other('string'),
    resolveFloat: other('float'),
    resolveInt: other('integer'),
    resolveObject: other('object'),
    eventStream: (_request: unknown, context: HandlerContext) => events(serving, context),
  };
}

function resolve(
  serving: Serving,
  { flagKey, context: asked }: ResolveRequest,
  context: HandlerContext,
): Evaluation {
  admitCall(serving, context);
  const found = serving.evaluator.evaluate(serving.feed.current, flagKey, targetingKeyOf(asked));
  if (found !== undefined) return found;
  throw new ConnectError(`expected the key of a flag, found ${quoted(flagKey)}`, Code.NotFound);
}

function otherType(serving: Serving, type: string, request: ResolveRequest, context: HandlerContext): never {
  resolve(serving, request, context);
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
async function* events(serving: Serving, context: HandlerContext): AsyncGenerator<FlagEvent> {
  const client = admitCall(serving, context);
  const leave = enterStream(serving, context);
  try {
    let known = { revision: serving.feed.revision, flags: select(serving.feed.current, client.selection) };
    yield { type: 'provider_ready' };
    for await (const turn of turns(serving, client, context.signal, 'at-once')) {
      if (turn === 'revoked') throw revoked();
      if (serving.feed.revision === known.revision) continue;
      const { revision } = known;
      const data = changeData(serving, known, client.selection);
      known = { revision: serving.feed.revision, flags: select(serving.feed.current, client.selection) };
      if (Object.keys(data.flags).length === 0) continue;
      const event = { type: 'configuration_change', data };
      const name = `frame changes ${revision} ${client.selection.service ?? ''}`;
      const frame = () => serving.feed.once(name, () => frameOf(EventStreamResponse, event));
      if (!sendFrame(context, frame)) yield event;
    }
  } finally {
    leave();
  }
}

type Known = { readonly revision: number; readonly flags: readonly ServedFlag[] };

/** Most clients come from the same revision: what changed since is worked out once. */
function changeData({ feed }: Serving, { revision, flags }: Known, selection: Selection) {
  return feed.once(`changes ${revision} ${selection.service ?? ''}`, () => {
    const changes = changesBetween(flags, select(feed.current, selection));
    const told = [...changes].map(
      ([flagKey, type]) => [flagKey, { type, source: 'autoland', flagKey }] as const,
    );
    return { flags: Object.fromEntries(told) };
  });
}
