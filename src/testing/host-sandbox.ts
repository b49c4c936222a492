import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SandboxJob, SandboxResult } from '../ports/sandbox.ts';

/** Runs the commands of a test's OWN files on this machine, with no isolation whatever: never for anyone else's code. */
export class HostSandbox {
  readonly jobs: SandboxJob[] = [];
  readonly #home = mkdtempSync(join(tmpdir(), 'autoland-test-home-'));
  readonly #registry: string;

  /** `registry`: the loopback address that npm is given. */
  constructor(registry = 'http://127.0.0.1:9/') {
    this.#registry = registry;
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  run(job: SandboxJob): Promise<SandboxResult> {
    this.jobs.push(job);
    const source = job.mounts.find((mount) => mount.target === job.cwd)?.source;
    if (source === undefined) throw new Error(`no mount at ${job.cwd}`);
    const started = performance.now();
    const [file = '', ...args] = job.argv.map((each) => onHost(each, job.mounts));
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, { cwd: source, env: this.#environment(job), detached: true });
      const timer = setTimeout(
        () => process.kill(-(child.pid ?? Number.NaN), 'SIGKILL'),
        job.limits.seconds * 1000,
      );
      let [stdout, stderr, late] = ['', '', false];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        late = signal === 'SIGKILL';
        const rest = { stdout, stderr, ms: performance.now() - started };
        resolve(
          late ? { kind: 'limit', limit: 'seconds', ...rest } : { kind: 'exited', code: code ?? 1, ...rest },
        );
      });
    });
  }

  #environment(job: SandboxJob): NodeJS.ProcessEnv {
    return {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: this.#home,
      npm_config_registry: this.#registry,
      npm_config_userconfig: join(this.#home, '.npmrc'),
      npm_config_globalconfig: join(this.#home, 'global-npmrc'),
      npm_config_cache: join(this.#home, 'cache'),
      npm_config_fetch_retries: '0',
      ...placed({ ...job, env: mapValues(job.env, (value) => onHost(value, job.mounts)) }),
    };
  }
}

/** A path below a mount's target, as this machine has it. */
function onHost(value: string, mounts: SandboxJob['mounts']): string {
  const mount = mounts.find(({ target }) => value === target || value.startsWith(`${target}/`));
  return mount === undefined ? value : `${mount.source}${value.slice(mount.target.length)}`;
}

function placedJson(text: string, mounts: SandboxJob['mounts']): string {
  return JSON.stringify(
    JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? onHost(value, mounts) : value)),
  );
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Nothing is mounted here: the environment names the places that the mounts come from, and so do files in those to be read. */
function placed({ env, mounts, cwd }: SandboxJob): Record<string, string> {
  const others = mounts.filter(({ target }) => target !== cwd);
  const place = (text: string) =>
    others.reduce((all, { source, target }) => all.replaceAll(target, source), text);
  for (const { source, mode } of others) {
    const settings = join(source, 'settings.json');
    if (mode === 'read' && existsSync(settings))
      writeFileSync(settings, placedJson(readFileSync(settings, 'utf8'), mounts));
  }
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, place(value)]));
}
