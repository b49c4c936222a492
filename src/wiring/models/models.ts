import { messagesWire } from '../../adapters/model/anthropic/wire.ts';
import { Breaker } from '../../adapters/model/around/breaking.ts';
import { Budgets } from '../../adapters/model/around/budgets.ts';
import { guarded, usualBreaker, usualRetry } from '../../adapters/model/around/guarded.ts';
import { LinedSpendingBook } from '../../adapters/model/around/spending-book.ts';
import { SpendingFiles } from '../../adapters/model/around/spending-files.ts';
import { HttpModel } from '../../adapters/model/http-model.ts';
import type { ModelLimits } from '../../adapters/model/model-call.ts';
import { chatWire } from '../../adapters/model/openai/wire.ts';
import type { Wire } from '../../adapters/model/wire.ts';
import type { ModelServers } from '../../config/model-servers.ts';
import type { ModelConfig } from '../../config/models.ts';
import type { Config } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { ModelBudget } from '../../domain/model-budget.ts';
import type { ModelPrices } from '../../domain/model-prices.ts';
import type { ModelProvider } from '../../domain/model-provider.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExchangeLog, Model } from '../../ports/model.ts';
import type { StateFiles } from '../place/place.ts';
import { modelServersFile, type PlacedServer, readModelServers, serverOf } from './model-servers.ts';

const wires: Readonly<Record<ModelProvider, Wire>> = {
  anthropic: messagesWire,
  openai: chatWire('openai'),
  'openai-compatible': chatWire('plain'),
};

/** From the question to the end of one answer. */
const timeoutMs = 15 * 60_000;

export type ModelsConfig = Pick<Config, 'models' | 'limits'>;

/** `name` in `models`, where the machine says that it is. */
export type PlacedModel = {
  readonly name: string;
  readonly config: ModelConfig;
  readonly server: PlacedServer;
  readonly wire: Wire;
};

/** Throws `config.invalid`. */
export function placed(name: string, config: ModelsConfig, servers: ModelServers, file: string): PlacedModel {
  const model = Object.hasOwn(config.models, name) ? config.models[name] : undefined;
  if (model === undefined)
    throw new AutolandError('config.invalid', `expected ${name} among models, found ${namesIn(config)}`, {
      mend: 'add it to models in .autoland/autoland.yaml',
    });
  return { name, config: model, server: serverOf(name, model, servers, file), wire: wires[model.provider] };
}

/** Asked as it is: neither recorded nor counted. */
export function bareModel(
  { name, config, server, wire }: PlacedModel,
  limits: Partial<ModelLimits> = {},
): Model {
  const { family, model } = config;
  return new HttpModel({
    identity: { name, family, model, scripted: server.scripted },
    wire,
    server: { url: server.url, keyFile: server.keyFile ?? undefined },
    prices: pricesOf(config),
    limits,
  });
}

export function pricesOf({ prices }: ModelConfig): ModelPrices | undefined {
  return prices ?? undefined;
}

export type Purpose = {
  readonly name: string;
  /** undefined: for no change; it counts for the day alone. */
  readonly change: string | undefined;
  readonly log: ExchangeLog;
};

/** The models of one installation. One for each process: what is known of servers, and who waits for a budget, is here. */
export class Models {
  readonly #files: Pick<StateFiles, 'models' | 'spending'>;
  readonly #clock: Clock;
  readonly #breakers = new Map<string, Breaker>();
  #budgets: { readonly key: string; readonly budgets: Budgets } | undefined;

  constructor(files: Pick<StateFiles, 'models' | 'spending'>, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
  }

  /** Recorded, counted, bounded. Rejects with `config.invalid` or `key.unsafe` where the model has no place on this machine. */
  async model(config: ModelsConfig, { name, change, log }: Purpose): Promise<Model> {
    const file = modelServersFile(this.#files);
    const found = placed(name, config, await readModelServers(file), file);
    const prices = pricesOf(found.config);
    return guarded(bareModel(found, { totalMs: timeoutMs }), {
      ...{ log, change, prices, timeoutMs, clock: this.#clock, retry: usualRetry },
      budgets: this.budgets(config),
      breaker: this.breakerOf(found),
    });
  }

  /** The same ones for as long as the limits are. */
  budgets({ limits }: Pick<ModelsConfig, 'limits'>): Budgets {
    const { perChange, perDay } = limits.models;
    const key = JSON.stringify([perChange, perDay]);
    if (this.#budgets?.key === key) return this.#budgets.budgets;
    const book = new LinedSpendingBook(new SpendingFiles(this.#files.spending), () =>
      this.#clock.now().getTime(),
    );
    const budgets = new Budgets(
      book,
      { perChange: budgetOf(perChange), perDay: budgetOf(perDay) },
      this.#clock,
    );
    this.#budgets = { key, budgets };
    return budgets;
  }

  /** Shared by all of this process who ask that model there. */
  breakerOf({ server, config }: PlacedModel): Breaker {
    const key = JSON.stringify([server.name, server.url, config.model]);
    const known = this.#breakers.get(key) ?? new Breaker(usualBreaker, this.#clock);
    this.#breakers.set(key, known);
    return known;
  }
}

type Limit = Config['limits']['models']['perDay'];

function budgetOf({ tokens, dollars, minutes }: Limit): ModelBudget {
  return {
    tokens: tokens ?? undefined,
    microdollars: dollars === null ? undefined : dollars * 1e6,
    ms: minutes === null ? undefined : minutes * 60_000,
  };
}

function namesIn({ models }: Pick<ModelsConfig, 'models'>): string {
  return Object.keys(models).join(', ') || 'none';
}
