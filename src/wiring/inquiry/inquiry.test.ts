import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalGitHost, openGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { committedAt, TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { endingNote } from '../../domain/exposure.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { defaultPolicyText } from '../../stages/4-policy/shipped.ts';
import { MemoryKeyRing } from '../../testing/memory-keys.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { bot } from '../scan/workshop.ts';
import { wishOf } from './at-once.ts';
import { type InquiryTools, inquire } from './inquire.ts';
import { openIncident, reportedIn } from './open-incident.ts';
import { closeIn, reportedById, reportedLines, viewReported } from './read.ts';
import { scanIncidents } from './scan-incidents.ts';

let host: TestRepository;
let git: LocalGitHost;
let repository: Repository;
let commits: readonly string[];
let asked: (readonly string[])[];

beforeAll(async () => {
  host = new TestRepository();
  git = await openGitHost({ dir: host.dir, keyRing: new MemoryKeyRing(), bot });
});
afterAll(async () => {
  await git.close();
  host.remove();
});
let states = 0;
beforeEach(async () => {
  asked = [];
  push('');
  states += 1;
  repository = await openRepository({ repo: host.dir, state: join(host.top, `state-${states}`) }, 'write');
});
afterEach(() => repository.store.close());

/** Eight commits, each with a file more; the first has the rules. */
function push(settings: string): void {
  const config = `version: 1\ncommands: { install: null, build: null }\n${settings}`;
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const file = (path: string, text: string) => `M 100644 inline ${path}\n${data(text)}`;
  const rules = file('.autoland/autoland.yaml', config) + file('.autoland/policy.cedar', defaultPolicyText());
  const when = `${committedAt.getTime() / 1000} +0000`;
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
  const stream = numbers.map((n) => {
    const head = `commit refs/heads/main\nmark :${n + 1}\ncommitter t <t@example.invalid> ${when}\n`;
    return `${head}${data(`commit ${n}`)}${n === 0 ? rules : `from :${n}\n`}${file(`f${n}`, `${n}\n`)}`;
  });
  const marks = numbers.map((n) => `get-mark :${n + 1}\n`).join('');
  const input = `reset refs/heads/main\n${stream.join('')}${marks}`;
  commits = host.git(['fast-import', '--quiet', '--force'], { input }).split('\n');
}

/** A check fails where a file is that it names. */
function tools(): InquiryTools {
  const compare = async ({ test }: TestCommands, { base: of }: TestSides) => {
    asked.push(test);
    const files = host.git(['ls-tree', '--name-only', of]).split('\n');
    const code = files.includes(test[2] ?? '') ? 1 : 0;
    const run: TestRun = { kind: 'ran', code, report: undefined, tail: '', ms: 1 };
    return { base: run, head: run, rerun: undefined };
  };
  return { git, tests: { compare }, rules: new BranchRules(git, false) };
}

/** A change that landed as one of the commits, and runs; or, under way, is given to some users. */
async function land(n: number, isUnderWay = false): Promise<void> {
  const commit = commits[n] ?? '';
  const change = `chg_00000000000${n}`;
  const proposal = {
    source: 'agent:dependency',
    title: `Change ${n}`,
    head: commit,
    ref: 'r',
    target: 'main',
  };
  const stage = (name: string, data: object) =>
    ({ type: 'stage.finished', change, actor: 'test', data: { stage: name, data: { ...data } } }) as const;
  const built = { deploys: true, service: 'shop', digest: `d${n}`, stable: '', sameAsStable: false };
  const over = { outcome: 'landed', code: 'x', reasons: [] };
  const landed = { type: 'change.concluded', change, actor: 'test', data: over };
  await repository.store.append({
    events: [
      { type: 'change.proposed', change, actor: 'test', data: { ...proposal, record: {} } },
      stage('classify', { class: 'dependency-patch', packages: [], tree: `t${n}` }),
      stage('merge', { commit, onto: '' }),
      stage('release', built),
      ...(isUnderWay ? [] : [stage('rollout', { ran: true }), landed]),
    ],
  });
}

async function adopt(n: number): Promise<void> {
  const stable = { service: 'shop', commit: commits[n] ?? '', tree: 't', digest: `d${n}` };
  await repository.record('service.stable', 'person:a', stable);
}

const report = { by: 'person:a', reason: 'checkout answers 500', dryRun: false } as const;
const quiet = { actor: 'person:a', dryRun: false, onMeasured: () => undefined } as const;
const types = async () => (await repository.store.read({})).map(({ type }) => type);

describe('an incident', () => {
  it('is looked into between what ran when users were well and what runs, and its revert is handed in', async () => {
    await adopt(1);
    for (const n of [2, 3, 4, 5, 6]) await land(n);
    const { incident } = await openIncident(repository, { ...report, check: 'f4' });
    const found = await inquire(repository, tools(), incident, quiet);
    expect(found).toMatchObject({
      ...{ code: 'revert.proposed', culprit: { change: 'chg_000000000004' }, service: 'shop', check: 'f4' },
      window: { base: commits[1], head: commits[6] },
    });
    expect(asked.every((argv) => argv.join(' ') === 'sh -c f4')).toBe(true);
    const revert = (await repository.ledger()).changes.get(found.proposed ?? '');
    expect(revert?.proposal).toMatchObject({ source: 'agent:revert', record: { reverts: commits[4] } });
    expect(await viewReported(repository, incident.id)).toMatchObject({
      ...{ state: 'mending', mending: found.proposed, inquiry: { code: 'revert.proposed' } },
    });
    // A failure in production costs its class, whoever found it.
    expect((await repository.autonomy()).demotions).toMatchObject([{ class: 'dependency-patch' }]);
    const again = await inquire(repository, tools(), incident, quiet);
    expect(again).toMatchObject({ code: 'revert.known', proposed: null });
  });

  it('takes back at once what is under way, where only those users are not well', async () => {
    await adopt(1);
    await land(2);
    await land(3, true);
    const change = 'chg_000000000003';
    const { incident } = await openIncident(repository, { ...report, check: 'f3' });
    const { suspicion } = await viewReported(repository, incident.id);
    expect(suspicion.underWay).toBe(change);
    expect(suspicion.releases.map((one) => one.change)).toEqual(['chg_000000000002', change]);
    const rehearsed = await inquire(repository, tools(), incident, { ...quiet, dryRun: true });
    expect(rehearsed).toMatchObject({ code: 'revert.under-way', takenBack: null });
    expect(await repository.store.pending(change)).toEqual([]);
    const found = await inquire(repository, tools(), incident, quiet);
    expect(found).toMatchObject({ code: 'revert.under-way', takenBack: change, proposed: null });
    expect(await repository.store.pending(change)).toMatchObject([{ name: 'rollback', actor: 'person:a' }]);
    expect((await viewReported(repository, incident.id)).state).toBe('mending');
  });

  it('leaves nothing behind when it is rehearsed', async () => {
    await adopt(1);
    for (const n of [2, 3, 4]) await land(n);
    const before = [await types(), host.git(['for-each-ref'])];
    const { incident } = await openIncident(repository, { ...report, check: 'f3', dryRun: true });
    const found = await inquire(repository, tools(), incident, { ...quiet, dryRun: true });
    expect(found).toMatchObject({ code: 'revert.proposed', proposed: null, dryRun: true });
    expect([await types(), host.git(['for-each-ref'])]).toEqual(before);
  });

  it('proposes nothing where the team has the agent off', async () => {
    push('agents: { revert: { enabled: false } }\n');
    await adopt(1);
    for (const n of [2, 3]) await land(n);
    const { incident } = await openIncident(repository, { ...report, check: 'f3' });
    const found = await inquire(repository, tools(), incident, quiet);
    expect(found).toMatchObject({ code: 'revert.not-asked', culprit: { change: 'chg_000000000003' } });
    expect((await repository.ledger()).changes.size).toBe(2);
  });

  it('is about the branch where nothing is deployed from here', async () => {
    push('agents: { revert: { people: true, maxAgeHours: 1000000 } }\n');
    const since = committedAt.getTime() / 1000 - 60;
    const { incident } = await openIncident(repository, { ...report, since, check: 'f5' });
    const found = await inquire(repository, tools(), incident, quiet);
    expect(found).toMatchObject({
      ...{ code: 'revert.proposed', culprit: { commit: commits[5], change: null }, service: null },
      window: { base: commits[0], head: commits[7] },
    });
  });

  it('needs a check, of its own or of the configuration', async () => {
    await adopt(1);
    const { incident } = await openIncident(repository, report);
    await expect(inquire(repository, tools(), incident, quiet)).rejects.toMatchObject({ code: 'usage' });
    push('agents: { revert: { check: f99 } }\n');
    await adopt(1);
    expect((await inquire(repository, tools(), incident, quiet)).check).toBe('f99');
  });
});

describe('reporting', () => {
  it('is once for a key, while it is open', async () => {
    const first = await openIncident(repository, { ...report, key: 'alert-1' });
    expect(await openIncident(repository, { ...report, key: 'alert-1' })).toEqual({
      ...first,
      ...{ isNew: false, incident: { ...first.incident, openedAt: expect.any(String) } },
    });
    await closeIn(repository, first.incident.id, { by: 'person:b', reason: 'over' });
    expect(await openIncident(repository, { ...report, key: 'alert-1' })).toMatchObject({ isNew: true });
    expect(await reportedLines(repository)).toMatchObject([{ state: 'open' }, { state: 'resolved' }]);
  });

  it('again under its key is asked by the check that came with it', async () => {
    await adopt(1);
    await openIncident(repository, { ...report, key: 'alert-1' });
    const again = { ...report, key: 'alert-1', check: 'f99' };
    const { incident } = await openIncident(repository, again);
    const found = await inquire(repository, tools(), incident, wishOf(again, quiet.onMeasured));
    expect(found).toMatchObject({ check: 'f99', serve: false });
  });

  it('is refused for times and services that cannot be', async () => {
    const open = (over: object) => openIncident(repository, { ...report, ...over });
    const later = Date.now() / 1000 + 3600;
    await expect(open({ began: later })).rejects.toMatchObject({ code: 'usage' });
    await expect(open({ since: 200, began: 100 })).rejects.toMatchObject({ code: 'usage' });
    await expect(open({ service: 'shop' })).rejects.toMatchObject({ code: 'usage' });
    await adopt(1);
    const other = { service: 'admin', commit: commits[1] ?? '', tree: 't', digest: 'd' };
    await repository.record('service.stable', 'person:a', other);
    await expect(open({})).rejects.toMatchObject({ mend: 'name one of: shop, admin' });
    expect(await open({ service: 'shop' })).toMatchObject({ isNew: true });
    expect([...(await reportedIn(repository)).values()]).toHaveLength(1);
  });

  it('is found by the beginning of its id, if that is of one', async () => {
    await expect(reportedById(repository, 'abcd')).rejects.toMatchObject({ code: 'incident.not-found' });
    const { incident } = await openIncident(repository, report);
    const id = incident.id.slice(4, 8);
    expect((await reportedById(repository, id)).id).toBe(incident.id);
    for (const wrong of ['', 'abc', incident.id.slice(0, 7), `${incident.id}0`])
      await expect(reportedById(repository, wrong)).rejects.toMatchObject({ code: 'incident.not-found' });
  });
});

describe('a scan', () => {
  const look = async () => {
    const { config } = await tools().rules.load();
    return scanIncidents(repository, tools(), config, { actor: 'person:a', dryRun: false });
  };

  it('looks into what was reported with a check, once', async () => {
    await adopt(1);
    for (const n of [2, 3]) await land(n);
    const { incident } = await openIncident(repository, { ...report, check: 'f3' });
    await openIncident(repository, report);
    expect(await look()).toMatchObject({ proposals: [{ title: 'Revert "Change 3"' }], skipped: [] });
    expect(await look()).toEqual({ proposals: [], skipped: [] });
    expect((await viewReported(repository, incident.id)).state).toBe('mending');
  });

  it('reports what a rollout left behind that ended without knowing whose the harm was', async () => {
    push('agents: { revert: { check: f2 } }\n');
    await adopt(1);
    await land(2);
    const change = 'chg_0000000000aa';
    const event = (type: string, data: object) => ({ type, change, actor: 'test', data: { ...data } });
    const proposal = { source: 'agent:docs', title: 'x', head: 'h', ref: 'r', target: 'main', record: {} };
    const built = { deploys: true, service: 'shop', digest: 'd', stable: 'd2', sameAsStable: false };
    const ended = { code: 'rollout.shared-incident', outcome: 'held', reasons: [] };
    await repository.store.append({
      events: [
        event('change.proposed', proposal),
        event('stage.finished', { stage: 'release', data: built }),
        event('stage.noted', { stage: 'rollout', note: endingNote, data: ended }),
        event('change.concluded', ended),
      ],
    });
    expect(await look()).toMatchObject({ proposals: [{ title: 'Revert "Change 2"' }], skipped: [] });
    const [line] = await reportedLines(repository);
    expect(line).toMatchObject({ by: 'agent:revert', state: 'mending' });
    expect(line?.reason).toContain(change);
    expect(await look()).toEqual({ proposals: [], skipped: [] });
  });
});
