import { AutolandError } from '../../domain/errors.ts';
import { buryAside, checkedKey, tombstoneText } from '../flags/tombstones.ts';
import { flagSocket, type StateLayout, stateLayout } from '../runtime/state-layout.ts';
import { Admission } from './admission.ts';
import { Evaluator, flagNamed } from './evaluator.ts';
import { FlagFeed } from './flag-feed.ts';
import { evaluationV1, evaluationV2 } from './grpc/evaluation-service.ts';
import { serveGrpc } from './grpc/serve-grpc.ts';
import { syncService } from './grpc/sync-service.ts';
import type { KillOrder } from './ofrep/kill.ts';
import { serveOfrep } from './ofrep/serve-ofrep.ts';
import type { Serving } from './serving.ts';
import { EvaluationServiceV1, EvaluationServiceV2 } from './wire/evaluation.ts';
import { FlagSyncService } from './wire/sync.ts';

export const flagProtocols = ['sync', 'ofrep', 'evaluation'] as const;
export type FlagProtocol = (typeof flagProtocols)[number];

export type FlagServiceOptions = {
  readonly stateDir: string;
  /** Tokens count in one environment only. */
  readonly environment: string;
  readonly host: string;
  /** TCP ports; 0: any free one; null: this protocol is not served. */
  readonly ports: Readonly<Record<FlagProtocol, number | null>>;
  /** Of pages that may ask by OFREP. */
  readonly origins: readonly string[];
  /** Requests a second of one token. */
  readonly perSecond: number;
  /** Streams, and connections of each protocol. */
  readonly connections: number;
};

export type FlagService = {
  readonly ports: Readonly<Record<FlagProtocol, number | null>>;
  /** Ends everything at once. */
  close(): Promise<void>;
};

type Served = { readonly port: number; close(): Promise<void> };

/** Serves flags.json, kills and the red button to OpenFeature clients. Rejects with `port.taken` or `config.invalid`. */
export async function createFlagService(options: FlagServiceOptions): Promise<FlagService> {
  const layout = stateLayout(options.stateDir);
  const serving = servingOf(options, layout);
  const served = new Map<FlagProtocol, Served>();
  const close = async () => {
    serving.feed.close();
    await Promise.all([...served.values()].map((one) => one.close()));
  };
  try {
    for (const protocol of flagProtocols) {
      const port = options.ports[protocol];
      if (port !== null) served.set(protocol, await serve(protocol, port, { options, layout, serving }));
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const portOf = (protocol: FlagProtocol) => served.get(protocol)?.port ?? null;
  return { ports: { sync: portOf('sync'), ofrep: portOf('ofrep'), evaluation: portOf('evaluation') }, close };
}

function servingOf(
  { environment, perSecond, connections }: FlagServiceOptions,
  layout: StateLayout,
): Serving {
  const tokensFile = layout.flagTokens;
  const admission = new Admission({ tokensFile, environment, perSecond, streams: connections });
  const feed = new FlagFeed(layout, { files: [tokensFile], onLook: () => admission.look() });
  return { feed, admission, evaluator: new Evaluator(), environment };
}

type Parts = {
  readonly options: FlagServiceOptions;
  readonly layout: StateLayout;
  readonly serving: Serving;
};

function serve(protocol: FlagProtocol, port: number, { options, layout, serving }: Parts): Promise<Served> {
  const { host, connections, origins } = options;
  const at = { host, port, setting: `flags.serve.${protocol}`, socket: flagSocket(layout, protocol) };
  switch (protocol) {
    case 'ofrep':
      return serveOfrep(serving, { origins, connections, kill: killer(serving, layout) }, at);
    case 'sync':
      return serveGrpc(
        { connections, routes: (router) => router.service(FlagSyncService, syncService(serving)) },
        at,
      );
    case 'evaluation': {
      const routes = { connections, routes: withEvaluation(serving) };
      return serveGrpc(routes, at);
    }
  }
}

function withEvaluation(serving: Serving): Parameters<typeof serveGrpc>[0]['routes'] {
  return (router) =>
    router
      .service(EvaluationServiceV1, evaluationV1(serving))
      .service(EvaluationServiceV2, evaluationV2(serving));
}

/** The tombstone that `autoland kill` writes. Where the flags cannot be read, any key may be closed: it must hold once they can. */
function killer({ feed }: Serving, layout: StateLayout): KillOrder {
  return async (key, by, reason) => {
    feed.look();
    const { current } = feed;
    if (flagNamed(current, checkedKey(key)) === undefined && current.closedAll !== 'unreadable')
      throw new AutolandError('flag.not-found', `expected the key of a flag, found ${JSON.stringify(key)}`, {
        mend: 'autoland flags lists them',
      });
    const text = tombstoneText({ by, at: new Date().toISOString(), reason });
    await buryAside(layout.kills, key, text, () => feed.look());
  };
}
