import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-forecast-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const plan = join(dir, 'autoland.yaml');
writeFileSync(
  plan,
  'version: 1\nrollout: { steps: [{ share: 1%, limit: 1h, bake: 5m }, { share: 50%, limit: 1h, bake: 5m }] }\n',
);

const asked = ['forecast', '--plan', plan];
const traffic = ['--users-per-second', '20', '--failing', '1%'];

describe('autoland forecast', () => {
  it('says what each step excludes and takes, and what it may cost', async () => {
    const { code, stdout, stderr } = await runCli([...asked, ...traffic]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^20 users a second, of whom 1 % fail$/m);
    expect(stdout).toMatch(/^ {2}1 % +20 times worse +5 min \(2,400 users\) +\d/m);
    expect(stdout).toMatch(/goes to everybody after about 10 min/);
    const json = JSON.parse((await runCli([...asked, ...traffic, '--json'])).stdout) as object;
    expect(json).toMatchObject({
      seconds: 600,
      steps: [
        { weight: 0.01, exclude: 20 },
        { weight: 0.5, exclude: 2 },
      ],
    });
  });

  it('says so where too few users come', async () => {
    const { stdout } = await runCli([...asked, '--users-per-second', '0.1', '--failing', '1%']);
    expect(stdout).toContain('not in its limit');
    expect(stdout).toContain('is held for want of users');
  });

  it.each([
    [['--users-per-second', 'many', '--failing', '1%'], 'expected users a second, found "many"'],
    [['--users-per-second', '20', '--failing', '0%'], 'expected a share of failing users, found "0%"'],
    [['--users-per-second', '20'], 'expected a service whose users can be counted, found none'],
    [['--plan', join(dir, 'none.yaml'), ...traffic], 'expected a configuration at'],
  ])('refuses %j, with what was expected and the mend', async (args, message) => {
    const { code, stderr } = await runCli([...asked, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
