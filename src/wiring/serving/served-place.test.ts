import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWiringBench, type WiringBench } from '../../testing/wiring-bench.ts';
import { locate } from '../place/place.ts';
import { takeRepository } from '../place/take-repository.ts';
import { locateToClose } from './served-place.ts';

let bench: WiringBench;
let repo: string;
let dir: string;
beforeEach(async () => {
  bench = await openWiringBench();
  repo = bench.repository.place.repo;
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-served-')));
  takeRepository(bench.repository.place).free();
});
afterEach(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the place of what closes', () => {
  it('is the one that git finds, by whatever name the repository is called', async () => {
    symlinkSync(repo, join(dir, 'link'));
    for (const name of [repo, `${repo}/`, join(dir, 'link'), join(repo, 'refs', '..')]) {
      const options = { repo: name, state: bench.place.state };
      expect(await locateToClose(options)).toEqual(await locate(options));
    }
  });

  it('is found without git, also where git knows the repository no more', async () => {
    const place = await locate(bench.place);
    writeFileSync(join(repo, 'HEAD'), 'nothing that git can read\n');
    await expect(locate(bench.place)).rejects.toMatchObject({ code: 'repo.not-found' });
    expect(await locateToClose(bench.place)).toEqual(place);
  });

  it('is asked of git in a clone, whatever files somebody has pushed into it', async () => {
    const clone = join(dir, 'clone');
    execFileSync('git', ['clone', '--quiet', repo, clone], { stdio: 'ignore' });
    for (const name of ['objects', 'refs']) mkdirSync(join(clone, name));
    for (const name of ['autoland.json', 'HEAD']) copyFileSync(join(repo, name), join(clone, name));
    const options = { repo: clone, state: bench.place.state };
    expect(await locateToClose(options)).toMatchObject({ repo });
  });

  it.each([
    ['no control plane ever worked on it', () => rmSync(join(repo, 'autoland.json'))],
    ['nobody can read who did', () => writeFileSync(join(repo, 'autoland.json'), '?')],
    ['there is no journal', () => rmSync(bench.repository.place.files.journal)],
  ])('is asked of git where %s', async (_, happens) => {
    happens();
    writeFileSync(join(repo, 'HEAD'), 'nothing that git can read\n');
    await expect(locateToClose(bench.place)).rejects.toMatchObject({ code: 'repo.not-found' });
  });
});
