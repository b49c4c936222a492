import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SupervisorOptions } from '../adapters/runtime/processes/supervisor.ts';
import type { DeployedSpec, RuntimeCommands } from '../ports/runtime.ts';
import { RuntimeStage } from './runtime-stage.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/runtime-commands/loopback');

const SERVER = `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const version = readFileSync('version', 'utf8');
console.log('starting', version);
if (version.startsWith('broken')) { console.error('cannot open the database'); process.exit(3); }
const asked = [];
createServer((request, response) => {
  if (request.url === '/asked') return response.end(JSON.stringify(asked));
  if (request.url !== '/health') asked.push(request.url);
  if (request.url === '/health') return response.writeHead(version.startsWith('sick') ? 500 : 200).end();
  response.end(version);
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** A machine on which the example's commands are installed, and releases of a service that they run: for tests. */
export class RuntimeCommandStage {
  readonly stage = new RuntimeStage();
  /** Of the service, in every release. */
  readonly source = SERVER;
  /** Where the operator has put the commands. */
  readonly commandsDir: string;
  readonly options: SupervisorOptions;

  constructor() {
    const { dir } = this.stage;
    this.commandsDir = join(dir, 'commands');
    mkdirSync(this.commandsDir, { mode: 0o755 });
    this.options = {
      ...this.stage.options,
      lifetime: 'detached',
      commands: { allowed: [this.commandsDir], never: [join(dir, 's'), join(dir, 'releases')] },
      statusMs: 200,
    };
    this.install('loopback', exampleHere());
  }

  /** An executable of the operator's; by default with a shebang that finds this very Node. */
  install(name: string, text: string, mode = 0o755): string {
    const path = join(this.commandsDir, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** A command that runs this code; `told` is its input. */
  script(name: string, code: string): string {
    const read = "const told = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));";
    return this.install(name, `#!${process.execPath}\n${read}\n${code}\n`);
  }

  commands(changes: Partial<RuntimeCommands> = {}): RuntimeCommands {
    return {
      deploy: ['loopback'],
      status: ['loopback'],
      stop: ['loopback'],
      settings: { DIR: join(this.stage.dir, 'deployed'), ENTRY: 'server.mjs' },
      secretFiles: {},
      timeoutSeconds: 20,
      addresses: ['127.0.0.1'],
      ...changes,
    };
  }

  spec(
    changes: Partial<Omit<DeployedSpec, 'commands'>> = {},
    commands: Partial<RuntimeCommands> = {},
  ): DeployedSpec {
    return {
      name: 'shop',
      health: { path: '/health', timeoutSeconds: 10 },
      instances: 1,
      graceSeconds: 0,
      ...changes,
      commands: this.commands(commands),
    };
  }

  release(version: string, service = 'shop'): Promise<string> {
    return this.stage.release(version, SERVER, service);
  }

  unattested(version: string): Promise<string> {
    return this.stage.unattested(version, SERVER);
  }

  supervisor(changes: Partial<SupervisorOptions> = {}) {
    return this.stage.supervisor({ ...this.options, ...changes });
  }

  /** Pids of what the example has started. */
  pids(service = 'shop'): readonly number[] {
    const home = join(this.stage.dir, 'deployed', service);
    const files = readdirSync(home).filter((file) => file.endsWith('.json'));
    return files.map((file) => (JSON.parse(readFileSync(join(home, file), 'utf8')) as { pid: number }).pid);
  }

  async close(): Promise<void> {
    for (const service of servicesIn(join(this.stage.dir, 'deployed')))
      for (const pid of this.pids(service)) end(pid);
    await this.stage.close();
  }
}

/** The example itself; the environment of a command has no PATH to the Node that runs the tests. */
export function exampleHere(): string {
  return readFileSync(EXAMPLE, 'utf8').replace('#!/usr/bin/env node', `#!${process.execPath}`);
}

function servicesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
