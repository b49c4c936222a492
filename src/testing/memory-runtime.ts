import { AutolandError } from '../domain/errors.ts';
import type { Instance, Route, Runtime, ServiceSpec } from '../ports/runtime.ts';

export type MemoryRuntimeOptions = {
  /** The gate's word for a digest of a service. */
  admits(digest: string, service: string): Promise<boolean>;
  /** The last words of a version that is never healthy; undefined: it runs well. */
  diesWith?(digest: string): string | undefined;
};

/** A runtime whose services run nothing; it keeps every promise of the port about what may run and be routed to. */
export class MemoryRuntime implements Runtime {
  readonly #options: MemoryRuntimeOptions;
  #instances: readonly Instance[] = [];
  readonly #routes = new Map<string, Route>();
  #pids = 1000;

  constructor(options: MemoryRuntimeOptions) {
    this.#options = options;
  }

  async start(spec: ServiceSpec, digest: string): Promise<readonly Instance[]> {
    if (!(await this.#options.admits(digest, spec.name)))
      throw refused(`the gate has not attested ${digest}`);
    const words = this.#options.diesWith?.(digest);
    if (words !== undefined)
      throw new AutolandError('runtime.unhealthy', `${digest} is not healthy: ${words}`);
    const own = this.#of(spec.name, digest).slice(0, spec.instances);
    while (own.length < spec.instances) own.push(this.#begin(spec.name, digest));
    this.#instances = [...this.#others(spec.name, digest), ...own];
    return own;
  }

  async stop(service: string, digest: string): Promise<void> {
    const route = this.#routes.get(service);
    if (route?.stable === digest || route?.candidate?.digest === digest)
      throw refused(`${digest} is routed to`);
    this.#instances = this.#others(service, digest);
  }

  /** Its processes end; routes stay. */
  die(service: string, digest: string): void {
    this.#instances = this.#others(service, digest);
  }

  async running(): Promise<readonly Instance[]> {
    return this.#instances;
  }

  async route(route: Route): Promise<void> {
    const wanted = [route.stable, ...(route.candidate === null ? [] : [route.candidate.digest])];
    for (const digest of wanted)
      if (this.#of(route.service, digest).length === 0) throw refused(`${digest} does not run`);
    this.#routes.set(route.service, route);
  }

  async routes(): Promise<readonly Route[]> {
    return [...this.#routes.values()];
  }

  #begin(service: string, digest: string): Instance {
    this.#pids += 1;
    return { service, digest, pid: this.#pids, startTime: '1', socket: `/run/${this.#pids}.sock` };
  }

  #of(service: string, digest: string): Instance[] {
    return this.#instances.filter((one) => one.service === service && one.digest === digest);
  }

  #others(service: string, digest: string): readonly Instance[] {
    return this.#instances.filter((one) => one.service !== service || one.digest !== digest);
  }
}

function refused(why: string): AutolandError {
  return new AutolandError('runtime.refused', why);
}
