import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryRules } from '../../testing/memory-rules.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { foldLedger } from '../../views/ledger.ts';
import { ClaimedVersions } from './crash-versions.ts';

let git: TempGit;
let folder: string;
let tip: string;
const digest = `sha256:${'1'.repeat(64)}`;
beforeEach(() => {
  git = new TempGit();
  tip = git.commit('main', { 'src/cart.js': 'x\n' }, git.commit('main', { 'src/cart.js': 'old\n' }));
  git.commit('side', { 'src/cart.js': 'other\n' }, tip);
  folder = mkdtempSync(join(tmpdir(), 'autoland-versions-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/cart.js'), 'x\n');
});
afterEach(() => {
  git.remove();
  rmSync(folder, { recursive: true, force: true });
});

const stack = (path: string) => [{ path, line: 3, column: 7, functionName: 'total' }];

function versions({ stable = 'none', yaml }: { stable?: string; yaml?: string } = {}) {
  const data = { service: 'shop', commit: stable, tree: 't', digest };
  const runs = { index: 0, type: 'service.stable', actor: 'test', at: '2026-03-10T12:00:00Z', data };
  return new ClaimedVersions({
    repository: { ledger: async () => foldLedger(stable === 'none' ? [] : [runs]) },
    git,
    releases: {
      get: async (one) =>
        one === digest ? { digest, service: 'shop', commit: tip, dir: folder } : undefined,
    },
    rules: new MemoryRules(yaml),
  });
}

const frames = [{ file: 'src/cart.js', line: 3, column: 7, functionName: 'total' }];

it('knows a commit of the branch, wherever the service lies', async () => {
  for (const version of [tip, tip.slice(0, 12)]) {
    const places = await versions().placesOf({ service: 'shop', version });
    expect(places?.digest).toBe(`commit:${tip}`);
    expect(await places?.find(stack('/srv/shop/7/src/cart.js'))).toEqual({ commit: tip, frames });
    expect(await places?.find(stack('/srv/node_modules/cart/index.js'))).toBeUndefined();
  }
});

it('takes the commit of what is stable for that release, and a digest for itself', async () => {
  for (const version of [tip, digest]) {
    const places = await versions({ stable: tip }).placesOf({ service: 'shop', version });
    expect(places?.digest).toBe(digest);
    expect(await places?.find(stack('/opt/x/src/cart.js'))).toEqual({ commit: tip, frames });
  }
});

it('believes nothing else', async () => {
  const side = await git.resolve('refs/heads/side');
  const unknown = [side, 'f'.repeat(40), 'main', '1.4.2', `sha256:${'2'.repeat(64)}`, '../x', ''];
  for (const version of unknown)
    expect(await versions().placesOf({ service: 'shop', version }), version).toBeUndefined();
  expect(await versions().placesOf({ service: 'other', version: tip })).toBeUndefined();
  expect(await versions({ yaml: '' }).placesOf({ service: 'other', version: tip })).toBeDefined();
});
