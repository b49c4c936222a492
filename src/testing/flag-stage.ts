import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFlagService,
  type FlagProtocol,
  type FlagService,
  type FlagServiceOptions,
} from '../adapters/flag-service/flag-service.ts';
import type { TokenScope } from '../adapters/flag-service/tokens/token.ts';
import { TokenFile } from '../adapters/flag-service/tokens/token-file.ts';
import { FileFlagStore } from '../adapters/flags/file-flag-store.ts';
import { flagSocket, stateLayout } from '../adapters/runtime/state-layout.ts';

/** A state directory with flags, and a flag service over it at free ports: for tests. */
export class FlagStage {
  readonly dir = mkdtempSync(join(tmpdir(), 'al-'));
  readonly flags = new FileFlagStore(this.dir);
  readonly layout = stateLayout(this.dir);
  readonly tokens = new TokenFile(this.layout);
  #service: FlagService | undefined;
  /** Where it was, so that it comes back there. */
  #ports: FlagService['ports'] = { sync: 0, ofrep: 0, evaluation: 0 };

  async start(options: Partial<FlagServiceOptions> = {}): Promise<void> {
    this.#service = await createFlagService({
      stateDir: this.dir,
      environment: 'production',
      host: '127.0.0.1',
      ports: this.#ports,
      origins: [],
      perSecond: 1_000,
      connections: 1_000,
      ...options,
    });
    this.#ports = this.#service.ports;
  }

  port(protocol: FlagProtocol): number {
    return this.#ports[protocol] ?? 0;
  }

  url(protocol: FlagProtocol): string {
    return `http://127.0.0.1:${this.port(protocol)}`;
  }

  socket(protocol: FlagProtocol): string {
    return flagSocket(this.layout, protocol);
  }

  token(scopes: readonly TokenScope[] = ['read'], environment = 'production'): string {
    return this.issue(scopes, environment).token;
  }

  issue(scopes: readonly TokenScope[] = ['read'], environment = 'production') {
    const at = new Date().toISOString();
    return this.tokens.add({ name: 'test', environment, scopes, by: 'person:test', at });
  }

  press(): void {
    writeFileSync(this.layout.stop, '');
  }

  resume(): void {
    rmSync(this.layout.stop, { force: true });
  }

  /** Ends the service alone. */
  async end(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
