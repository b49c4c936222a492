import type { Controls } from '../ports/controls.ts';

/** The red button, for one process. */
export class MemoryControls implements Controls {
  #stop: { by: string; at: string; reason: string } | undefined;

  async stopped() {
    return this.#stop;
  }

  async stop(by: string, reason: string): Promise<void> {
    this.#stop ??= { by, at: '2026-01-01T00:00:00.000Z', reason };
  }

  async resume(_by: string): Promise<void> {
    this.#stop = undefined;
  }
}
