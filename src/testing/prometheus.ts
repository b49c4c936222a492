import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../wiring/serving/free-port.ts';

const unpacked = fileURLToPath(
  new URL('../../node_modules/.autoland-prometheus/usr/bin/prometheus', import.meta.url),
);

/** The program of a real Prometheus; undefined: this machine has none, see scripts/prometheus.sh. */
export function prometheusProgram(): string | undefined {
  return ['prometheus', unpacked].find((program) => spawnSync(program, ['--version']).status === 0);
}

/** A small real exporter on loopback. What it answers is asked for at each scrape; undefined: it fails. */
export class Exporter {
  /** Texts that it answered, in order. */
  readonly answered: string[] = [];
  readonly #server: Server;
  answer: () => string | undefined = () => '';

  private constructor() {
    this.#server = createServer((_request, response) => {
      const text = this.answer();
      if (text === undefined) return response.writeHead(500).end();
      this.answered.push(text);
      return response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
    });
  }

  static async start(): Promise<Exporter> {
    const exporter = new Exporter();
    await new Promise<void>((resolve) => exporter.#server.listen(0, '127.0.0.1', resolve));
    return exporter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Counters of one version of a shop, as its process exposes them. */
export class ScrapedShop {
  readonly #version: string;
  #counts = new Map<string, { fast: number; all: number }>();
  added = { requests: 0, failed: 0 };

  constructor(version: string) {
    this.#version = version;
  }

  serve(status: string, count: number): void {
    const { fast, all } = this.#counts.get(status) ?? { fast: 0, all: 0 };
    this.#counts.set(status, { fast: fast + Math.ceil(count / 2), all: all + count });
    const failed = status === '500' ? count : 0;
    this.added = { requests: this.added.requests + count, failed: this.added.failed + failed };
  }

  restart(): void {
    this.#counts = new Map();
  }

  text(): string {
    const lines = [...this.#counts].flatMap(([status, { fast, all }]) => {
      const labels = `service_version="${this.#version}",http_response_status_code="${status}"`;
      return [
        ['0.05', fast],
        ['0.5', all],
        ['+Inf', all],
      ].map(([le, count]) => `http_server_request_duration_seconds_bucket{${labels},le="${le}"} ${count}\n`);
    });
    return lines.join('');
  }
}

export type Prometheus = { readonly url: URL; close(): Promise<void> };

/** A real Prometheus on loopback that scrapes these ports several times a second. */
export async function startPrometheus(program: string, ports: readonly number[]): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'autoland-prometheus-'));
  const targets = ports.map((port) => `127.0.0.1:${port}`);
  const config = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets }] }],
  };
  // JSON is YAML.
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort(0);
  const child = spawn(
    program,
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const url = new URL(`http://127.0.0.1:${port}`);
  const close = async () => {
    await end(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await ready(child, url);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { url, close };
}

async function ready(child: ChildProcess, url: URL): Promise<void> {
  const until = performance.now() + 30_000;
  while (performance.now() < until && child.exitCode === null) {
    const answered = await fetch(new URL('/-/ready', url)).catch(() => undefined);
    await answered?.arrayBuffer();
    if (answered?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Prometheus did not become ready');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
