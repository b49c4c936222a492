import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ports } from '../../src/testing/flag-crowd.ts';

export const kinds = ['sync', 'events', 'pages'] as const;
export type Kind = (typeof kinds)[number];
export type Times = Readonly<Record<Kind, readonly number[]>>;
type Settled = { readonly since: readonly number[] };

/** Client processes, each with one kind of client. */
export class Workers {
  readonly #workers: readonly (readonly [Kind, ChildProcess])[];

  /** `each`: clients of each kind. */
  constructor(ports: Ports, token: string, each: number, of: readonly Kind[] = kinds) {
    this.#workers = of.map((kind) => {
      const crowd = { sync: 0, events: 0, pages: 0, [kind]: each };
      const argument = JSON.stringify({ ports, token, crowd });
      const child = fork(join(import.meta.dirname, 'clients.ts'), [argument]);
      child.setMaxListeners(0);
      return [kind, child] as const;
    });
  }

  /** Settles when every client evaluates the flag so; answers when each did. Rejects after two minutes. */
  async settled(key: string, on: boolean): Promise<Times> {
    const found = await Promise.all(
      this.#workers.map(async ([kind, child]) => {
        child.send({ key, on });
        const [answer] = await once(child, 'message', { signal: AbortSignal.timeout(120_000) });
        return [kind, (answer as Settled).since] as const;
      }),
    );
    return Object.fromEntries(found) as Times;
  }

  end(): void {
    for (const [, child] of this.#workers) child.kill('SIGKILL');
  }
}
