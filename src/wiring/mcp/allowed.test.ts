import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { defaultPolicyText } from '../../stages/4-policy/shipped.ts';
import { classified, concluded, merged, pkg, proposed, type Told } from '../../testing/told-journal.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { Desks } from './desk.ts';

const levels = (level: string) => `autonomy: { dependency-patch: ${level}, revert: deploy }`;

describe('what an agent may do here', () => {
  let host: TestRepository;
  let repository: Repository;
  let desks: Desks;

  beforeEach(async () => {
    host = new TestRepository();
    push(`version: 1\n${levels('deploy')}\nlimits: { perDay: 1 }\nscope: { protectedPaths: [src/pay] }\n`);
    const options = { repo: host.dir, state: join(host.top, 'state') };
    repository = await openRepository(options, 'write');
    desks = new Desks(options);
  });
  afterEach(() => {
    desks.close();
    repository.store.close();
    host.remove();
  });

  function push(config: string, policy = defaultPolicyText()): void {
    const rows = [
      ['.autoland/autoland.yaml', config],
      ['.autoland/policy.cedar', policy],
    ].map(([path = '', text = '']) => `100644 ${host.blob(text)}\t${path}`);
    host.git(['read-tree', '--empty']);
    host.git(['update-index', '--index-info'], { input: `${rows.join('\n')}\n` });
    const tip = host.git(['for-each-ref', '--format=%(objectname)', 'refs/heads/main']);
    const commit = host.commit(host.git(['write-tree']), tip === '' ? [] : [tip], config);
    host.git(['update-ref', 'refs/heads/main', commit]);
  }
  const tell = async (...told: readonly Told[]) => {
    const events = told.map(([type, change, data]) => ({
      type,
      ...(change && { change }),
      actor: 'test',
      data,
    }));
    await repository.store.append({ events });
  };
  const ask = () =>
    desks.of('agent:codex').allowed({ class: 'dependency-patch', paths: ['src/pay/a.js', 'src/a.js'] });

  it('is the best that the rules on the branch allow, and what holds it up now', async () => {
    await repository.record('control-plane.started', 'deployer', { unsignedAllowed: true });
    expect(await ask()).toMatchObject({
      source: 'agent:codex',
      now: { running: false, stopped: null, frozen: null, unsignedAllowed: true },
      limits: { landedIn24Hours: 0, perDay: 1, open: 0 },
      packages: { turnedAway: [] },
      protectedPaths: ['src/pay'],
      paths: [
        { path: 'src/pay/a.js', protected: true },
        { path: 'src/a.js', protected: false },
      ],
      classes: [
        {
          level: { configured: 'deploy', effective: 'deploy' },
          demotedFor: [],
          ifAllPass: { value: 'permit', codes: ['policy.permitted-deploy'] },
          needs: { mayBeNotConfigured: ['system-calls', 'drivers'] },
        },
      ],
    });
    // The tip moves, and the answer with it.
    push(`version: 1\n${levels('observe')}\n`);
    const [now] = (await ask()).classes;
    expect(now).toMatchObject({
      level: { effective: 'observe' },
      ifAllPass: { codes: ['policy.level-observe'] },
    });
  });

  it('is less once a change has failed, the cap is reached, or somebody stopped it', async () => {
    await repository.record('control-plane.started', 'deployer', { unsignedAllowed: true });
    await tell(
      proposed('chg_1', 'agent:codex'),
      classified('chg_1', [pkg('ejs')]),
      merged('chg_1'),
      concluded('chg_1', 'rolled-back', 'rollout.server-errors'),
      proposed('chg_2', 'agent:codex'),
      proposed('chg_3', 'agent:other'),
    );
    const cost = { class: 'dependency-patch', from: 'deploy', to: 'propose', code: 'rollout.server-errors' };
    await tell(['autonomy.demoted', 'chg_1', cost]);
    await repository.controls.stop('person:a', 'payment incident');
    const less = await ask();
    expect(less.now).toMatchObject({
      stopped: { reason: 'payment incident' },
      frozen: expect.stringContaining('cap of 1'),
    });
    expect(less.limits).toMatchObject({ landedIn24Hours: 1, open: 1 });
    expect(less.packages.turnedAway).toEqual([
      { name: 'ejs', version: '1.0.1', code: 'rollout.server-errors', change: 'chg_1' },
    ]);
    expect(less.classes).toMatchObject([
      {
        level: { configured: 'deploy', effective: 'propose' },
        demotedFor: [{ change: 'chg_1', code: 'rollout.server-errors' }],
        ifAllPass: { value: 'escalate', codes: ['policy.demoted'] },
      },
    ]);
  });

  it('is told of each class that an agent may hand in, and no more', async () => {
    const { classes, ref } = await desks.of('agent:codex').allowed({});
    const names = classes.map((one) => one.class);
    expect(names).toEqual(expect.arrayContaining(['dependency-patch', 'docs', 'lint', 'crash-fix']));
    expect(names).not.toContain('revert');
    expect(classes.every(({ needs }) => needs === undefined)).toBe(true);
    expect(ref).toBeNull();
    const [other] = (await desks.of('agent:codex').allowed({ class: 'other' })).classes;
    expect(other).toMatchObject({ ifAllPass: { value: 'deny' }, needs: null });
  });

  it('is not known where the rules are broken', async () => {
    push('version: 1\n', 'permit (principal, action, resource);\n');
    await expect(ask()).rejects.toMatchObject({ code: 'policy.invalid' });
    push('version: 2\n');
    await expect(ask()).rejects.toMatchObject({ code: 'config.invalid' });
    push(`version: 1\n${levels('merge')}\n`);
    expect((await ask()).classes[0]?.level.effective).toBe('merge');
  });
});
