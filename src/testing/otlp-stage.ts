import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { OtlpReceiver } from '../adapters/telemetry/otlp/receiver.ts';

/** A receiver at a socket of its own, and how OpenTelemetry's exporters are told of it. */
export class OtlpStage {
  readonly receiver: OtlpReceiver;
  readonly socket: string;
  readonly #dir: string;
  readonly #ends: (() => Promise<unknown>)[] = [];

  private constructor(dir: string) {
    this.#dir = dir;
    this.socket = join(dir, 'otlp.sock');
    this.receiver = new OtlpReceiver(this.socket);
  }

  static async open(): Promise<OtlpStage> {
    const stage = new OtlpStage(mkdtempSync(join(tmpdir(), 'autoland-otlp-')));
    await stage.receiver.listen();
    return stage;
  }

  overHttp(path: string, gzip: boolean) {
    return {
      url: `http://localhost${path}`,
      httpAgentOptions: () => new Agent({ socketPath: this.socket } as AgentOptions),
      ...packed(gzip),
    };
  }

  overGrpc(gzip: boolean) {
    return { url: `unix://${this.socket}`, credentials: credentials.createInsecure(), ...packed(gzip) };
  }

  /** Called before the receiver ends. */
  defer(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.splice(0).map((end) => end().catch(() => {})));
    await this.receiver.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Their enum has no type that erasable syntax could name. */
function packed(gzip: boolean): object {
  return gzip ? { compression: 'gzip' } : {};
}
