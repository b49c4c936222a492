import { join } from 'node:path';
import { DsseAttestor } from '../adapters/attestor/dsse-attestor.ts';
import { openGitHost } from '../adapters/git-host/local/local-git-host.ts';
import { bot, TestRepository } from '../adapters/git-host/local/test-repository.ts';
import type { Route, ServiceSpec } from '../ports/runtime.ts';
import { openRepository } from '../wiring/place/repository.ts';
import { BranchRules } from '../wiring/place/rules.ts';
import { MemoryKeyRing } from './memory-keys.ts';
import { MemoryBuilder, MemoryReleases } from './memory-releases.ts';
import { MemoryRuntime } from './memory-runtime.ts';
import { MemoryAuditLog } from './stage-bench.ts';

export const policy = 'permit (principal, action, resource);\n';

export function yaml(command: string): string {
  return `version: 1\nbranch: main\nservice: { name: shop, command: [node, ${command}] }\n`;
}

/** A repository with a journal of its own, real git and a runtime that runs nothing. */
export type WiringBench = Awaited<ReturnType<typeof openWiringBench>>;

export async function openWiringBench() {
  const host = new TestRepository();
  push(host, yaml('first.js'));
  const place = { repo: host.dir, state: join(host.top, 'state') };
  const repository = await openRepository(place, 'write');
  const keyRing = new MemoryKeyRing();
  const git = await openGitHost({ dir: host.dir, keyRing, bot });
  const releases = new MemoryReleases();
  const attestor = new DsseAttestor(keyRing);
  const builder = new MemoryBuilder(releases, attestor);
  const workshop = { git, builder, releases, attestor, auditLog: new MemoryAuditLog(repository.store) };
  return {
    host,
    place,
    repository,
    git,
    keyRing,
    workshop,
    runtime: new WatchedRuntime(),
    rules: () => new BranchRules(git, false).load(),
    /** A commit on the tip of main with this configuration; null: it holds none. */
    push: (config: string | null) => push(host, config),
    async close(): Promise<void> {
      await git.close();
      await repository[Symbol.asyncDispose]();
      host.remove();
    },
  };
}

function push(host: TestRepository, config: string | null): string {
  const files = [
    ['.autoland/policy.cedar', policy],
    ...(config === null ? [] : [['.autoland/autoland.yaml', config]]),
  ] as const;
  const rows = files.map(([path = '', text = '']) => `100644 ${host.blob(text)}\t${path}`);
  host.git(['read-tree', '--empty']);
  host.git(['update-index', '--index-info'], { input: `${rows.join('\n')}\n` });
  const tip = host.git(['for-each-ref', '--format=%(objectname)', 'refs/heads/main']);
  const commit = host.commit(host.git(['write-tree']), tip === '' ? [] : [tip], `config ${config?.length}`);
  host.git(['update-ref', 'refs/heads/main', commit]);
  return commit;
}

/** It may be cut off before it routes, as by the death of who asked. */
export class WatchedRuntime extends MemoryRuntime {
  readonly started: (readonly [command: string | undefined, digest: string])[] = [];
  dies = false;

  constructor() {
    super({ admits: async () => true });
  }

  override async start(spec: ServiceSpec, digest: string) {
    this.started.push(['command' in spec ? spec.command.at(-1) : undefined, digest]);
    return super.start(spec, digest);
  }

  override async route(route: Route): Promise<void> {
    if (this.dies) throw new Error('killed');
    await super.route(route);
  }
}
