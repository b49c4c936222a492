import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleHere } from '../../src/testing/runtime-command-stage.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** The operator's machine: the example's command, and where it remembers what it started. */
export class Elsewhere {
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-elsewhere-'));
  readonly commands = join(this.dir, 'commands');
  readonly home = join(this.dir, 'deployed');
  readonly calls = join(this.dir, 'calls');

  constructor() {
    mkdirSync(this.commands, { mode: 0o755 });
    this.#install('loopback', exampleHere());
    // The example behind a door that tells of each call, and that a test can make slow.
    this.#install(
      'shop',
      [
        '#!/bin/sh',
        'told=$(cat)',
        `echo "$told" >> ${this.calls}`,
        `case "$told" in *'"call":"deploy"'*) [ ! -e ${this.dir}/slow ] || sleep 3 ;; esac`,
        `printf '%s' "$told" | ${this.commands}/loopback`,
        '',
      ].join('\n'),
    );
  }

  #install(name: string, text: string): void {
    writeFileSync(join(this.commands, name), text);
    chmodSync(join(this.commands, name), 0o755);
  }

  rules(wish: Parameters<typeof rules>[0] = {}): string {
    const settings = `{ DIR: ${this.home}, ENTRY: server.js }`;
    return rules(wish).replace(
      '  command: [node, server.js]\n',
      [
        '  runtime:',
        '    command:',
        '      deploy: [shop]',
        '      status: [shop]',
        '      stop: [shop]',
        '      addresses: [127.0.0.1]',
        `      settings: ${settings}`,
        '',
      ].join('\n'),
    );
  }

  slow(isSlow: boolean): void {
    if (isSlow) writeFileSync(join(this.dir, 'slow'), '');
    else rmSync(join(this.dir, 'slow'), { force: true });
  }

  /** Digests that `deploy` was called for, in order. */
  deployed(): readonly string[] {
    const told = readFileSync(this.calls, 'utf8').trim().split('\n');
    return told
      .map((line) => JSON.parse(line) as { call: string; digest: string })
      .filter(({ call }) => call === 'deploy')
      .map(({ digest }) => digest);
  }

  running(): readonly { digest: string; pid: number; port: number }[] {
    const home = join(this.home, 'greeter');
    const files = readdirSync(home).filter((name) => name.endsWith('.json'));
    return files.map((name) => JSON.parse(readFileSync(join(home, name), 'utf8')));
  }

  deployByHand(digest: string, dir: string): void {
    const settings = { DIR: this.home, ENTRY: 'server.js' };
    const told = { call: 'deploy', service: 'greeter', digest, release: { dir }, instances: 1, settings };
    execFileSync(join(this.commands, 'loopback'), { input: JSON.stringify({ ...told, secrets: {} }) });
  }

  close(): void {
    for (const { pid } of this.running()) process.kill(pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** It answers its users with 500 where its own text has too much air in it; its health check knows nothing of that. */
export const touchy = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greet } from './greet.js';

const airy = readFileSync(new URL('greet.js', import.meta.url), 'utf8').includes('\\n\\n\\n\\n\\n\\n');
createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  response.writeHead(airy ? 500 : 200).end(greet('you'));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** A service that runs there, under the users of a stage. */
export class ElsewhereStage {
  readonly elsewhere = new Elsewhere();
  readonly stage = new Stage({ 'server.js': touchy, '.autoland/autoland.yaml': this.elsewhere.rules() });
  url = '';

  async begin(): Promise<void> {
    await this.up();
    await this.stage.open(this.url);
  }

  async up(): Promise<void> {
    this.url = await this.stage.up('--runtime-commands', this.elsewhere.commands);
  }

  async stable(): Promise<string> {
    return (await this.stage.status()).services[0]?.stable ?? '';
  }

  async close(): Promise<void> {
    await this.stage.close();
    this.elsewhere.close();
  }
}
