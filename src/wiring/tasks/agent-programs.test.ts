import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentProgram } from './agent-programs.ts';

let dir: string;
let agents: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-agents-'));
  agents = join(dir, 'agents.yaml');
  writeFileSync(agents, 'version: 1\nagents: { writer: { run: [writer, "{task}"] } }\n', { mode: 0o600 });
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('how a coding agent is started', () => {
  it('is what the operator of the machine wrote', async () => {
    expect(await agentProgram({ agents }, 'writer')).toMatchObject({ run: ['writer', '{task}'] });
  });

  it('is not believed where others may write it', async () => {
    chmodSync(agents, 0o622);
    await expect(agentProgram({ agents }, 'writer')).rejects.toMatchObject({
      code: 'key.unsafe',
      mend: expect.stringContaining('chmod go-w'),
    });
  });

  it.each(['other', '__proto__'])('is not guessed for %s', async (name) => {
    await expect(agentProgram({ agents }, name)).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it.each([
    ['a directory', () => mkdirSync(agents, { mode: 0o700 }), 'no plain file'],
    // Opened as a file is, it would wait for whoever writes into it.
    ['a pipe', () => execFileSync('mkfifo', ['-m', '600', agents]), 'no plain file'],
    ['a disk image', () => writeFileSync(agents, ' '.repeat(2 ** 20 + 1), { mode: 0o600 }), '1048577 bytes'],
  ])('is not read from %s', async (_what, make, found) => {
    rmSync(agents);
    make();
    await expect(agentProgram({ agents }, 'writer')).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(found),
    });
  });

  it('is not known without the file', async () => {
    rmSync(agents);
    await expect(agentProgram({ agents }, 'writer')).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
