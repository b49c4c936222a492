import type { Witness } from '../../ports/witness.ts';

/** The router of a service is known only when the configuration is; each nonce stays with the service that leased it. */
export class LateWitness implements Witness {
  readonly #of: (service: string) => Witness;
  readonly #services = new Map<string, string>();

  constructor(of: (service: string) => Witness) {
    this.#of = of;
  }

  lease(input: Parameters<Witness['lease']>[0]): Promise<void> {
    this.#services.set(input.nonce, input.service);
    return this.#of(input.service).lease(input);
  }

  async observe(nonce: string, service = this.#services.get(nonce)) {
    return service === undefined ? undefined : this.#of(service).observe(nonce);
  }

  totals(service: string) {
    return this.#of(service).totals(service);
  }
}
