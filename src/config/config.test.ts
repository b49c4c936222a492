import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AutolandError } from '../domain/errors.ts';
import { checkConfig, type Problem, parseConfig } from './config.ts';
import { knownKeys } from './json-schema.ts';

function problems(text: string): readonly Problem[] {
  const check = checkConfig(text);
  return check.ok ? [] : check.problems;
}

/** `line:column path` of each problem. */
function places(text: string): string[] {
  return problems(text).map(({ line, column, path }) => `${line}:${column} ${path}`);
}

function refusal(text: string): AutolandError {
  try {
    parseConfig(text, '.autoland/autoland.yaml');
  } catch (error) {
    if (error instanceof AutolandError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('parseConfig', () => {
  it('needs no more than a version', () => {
    const config = parseConfig('version: 1', 'test.yaml');
    expect(config).toMatchObject({ branch: 'main', service: null, limits: { perDay: 10, windows: null } });
    expect(new Set(Object.values(config.autonomy))).toEqual(new Set(['observe']));
  });

  it('takes one service or a list of them, each by a name of its own', () => {
    const shop = '{ name: shop, command: [x] }';
    expect(problems(`version: 1\nservices: [${shop}, { name: admin, command: [y] }]\n`)).toEqual([]);
    expect(places(`version: 1\nservices:\n  - ${shop}\n  - ${shop}\n`)).toEqual(['4:13 services[1].name']);
    expect(places(`version: 1\nservice: ${shop}\nservices: [${shop}]\n`)).toEqual(['2:10 service']);
    expect(places(`version: 1\nservice: ${shop}\nservices: 3\n`)).toEqual(['3:11 services']);
    expect(places('version: 1\nservices: [{ name: shop }]\n')).toEqual(['2:12 services[0].command']);
  });

  it.each([
    ['health: { path: /is healthy }', 'service.health.path'],
    ['health: { path: healthz }', 'service.health.path'],
    ['health: { path: "/\\nHost: x" }', 'service.health.path'],
    ['warmUp: { paths: [/, "/\u2615"] }', 'service.warmUp.paths[1]'],
    ['env: { KEY: "a\\0b" }', 'service.env.KEY'],
  ])('refuses what could never be sent, or started: %s', (yaml, path) => {
    const text = `version: 1\nservice: { name: shop, command: [x], ${yaml} }\n`;
    expect(problems(text).map((problem) => problem.path)).toEqual([path]);
  });

  it('names file, line, column, what was expected, what was found, and the mend', () => {
    const error = refusal('version: 1\nautonomy:\n  docs: depoy\n');
    expect(error.code).toBe('config.invalid');
    expect(error.message).toBe(
      '.autoland/autoland.yaml:3:9: autonomy.docs: expected one of: observe, propose, merge, deploy, found "depoy"; did you mean deploy?',
    );
    expect(error.mend).toContain('.autoland/autoland.yaml');
  });

  it.each([
    ['webhooks: [{ name: a, url: "http://hooks.example.com/", secretFile: /s }]', 'notify.webhooks[0].url'],
    [
      'webhooks: [{ name: a, url: "https://me:pw@hooks.example.com/", secretFile: /s }]',
      'notify.webhooks[0].url',
    ],
    ['webhooks: [{ name: a, url: "file:///etc/passwd", secretFile: /s }]', 'notify.webhooks[0].url'],
    ['webhooks: [{ name: a, url: "https://x.example/", secretFile: s }]', 'notify.webhooks[0].secretFile'],
    ['webhooks: [{ name: a, url: "https://x.example/" }]', 'notify.webhooks[0].secretFile'],
    ['slack: [{ name: a, url: "https://hooks.slack.com/x" }]', 'notify.slack[0].url'],
    ['slack: [{ name: ../a, urlFile: /s }]', 'notify.slack[0].name'],
    ['cdevents: [{ name: a, url: "https://x.example/", on: [all] }]', 'notify.cdevents[0].on[0]'],
    ['slack: [{ name: a, urlFile: /s }, { name: a, urlFile: /s }]', 'notify'],
  ])('tells nobody by %s', (text, path) => {
    expect(problems(`version: 1\nnotify: { ${text} }\n`).map((one) => one.path)).toContain(path);
  });

  it('tells by https, and by http on this machine', () => {
    for (const url of [
      'https://hooks.example.com/a',
      'http://127.0.0.1:1/',
      'http://[::1]:1/',
      'http://localhost/',
    ])
      expect(problems(`version: 1\nnotify: { cdevents: [{ name: a, url: "${url}" }] }\n`)).toEqual([]);
  });

  it.each(['PORT', 'SERVICE_NAME', 'SERVICE_VERSION', 'AUTOLAND_OTLP_SOCKET'])(
    'refuses %s, which autoland sets itself, and takes NODE_ENV',
    (name) => {
      const text = (key: string) =>
        `version: 1\nservice:\n  name: shop\n  command: [node]\n  env: { NODE_ENV: test, ${key}: x }\n`;
      expect(problems(text(name))).toMatchObject([
        { path: `service.env.${name}`, mend: expect.stringContaining('leave it out: autoland sets PORT') },
      ]);
      expect(problems(text('HOST'))).toEqual([]);
    },
  );

  it('reports everything that is wrong at once, in the order of the file', () => {
    const text = `brnch: main
commands:
  test: npm test
rollout:
  alpha: 0.7
  steps:
    - { share: 5%, exclude: 3, limit: 10, bake: 2m }
    - { share: 100%, exclude: 1, limit: 10m, bake: 20m }
service:
  env: { HOST: 8080 }
`;
    expect(places(text)).toEqual([
      '1:1 version',
      '1:1 brnch',
      '3:9 commands.test',
      '5:10 rollout.alpha',
      '7:39 rollout.steps[0].limit',
      '8:16 rollout.steps[1].share',
      '8:31 rollout.steps[1].exclude',
      '8:52 rollout.steps[1].bake',
      '10:3 service.name',
      '10:3 service.command',
      '10:16 service.env.HOST',
    ]);
    expect(problems(text).map((problem) => problem.mend)).toContain('did you mean branch?');
    expect(
      problems(text).every((problem) => problem.message.startsWith('expected ') && problem.mend !== ''),
    ).toBe(true);
  });

  it.each([
    ['autonomy: { other: deploy }', 'autonomy.other', 'never autonomous'],
    ['rollout: { steps: [] }', 'rollout.steps', 'leave steps out'],
    [
      'rollout: { steps: [{ share: 5%, exclude: 3, limit: 9s, bake: 1s }, { share: 5%, exclude: 3, limit: 9s, bake: 1s }] }',
      'rollout.steps',
      'rising order',
    ],
    // No flag can hold these: each release would be held after its merge.
    ...['0.005%', '0.0001%', '0.33333', '0.00005', '0.99999'].map((share): [string, string, string] => [
      `rollout: { steps: [{ share: ${share}, exclude: 3, limit: 9s, bake: 1s }] }`,
      'rollout.steps[0].share',
      'write it as 1%',
    ]),
    ['rollout: { beta: 0 }', 'rollout.beta', 'correct the value'],
    ['rollout: { ceiling: 0.5 }', 'rollout.ceiling', 'correct the value'],
    ['limits: { windows: [] }', 'limits.windows', 'any time'],
    [
      'limits: { windows: [{ days: [mon], from: "09:00", to: "17:00", timeZone: Mars }] }',
      'limits.windows[0].timeZone',
      'IANA',
    ],
    [
      'limits: { windows: [{ days: [mon], from: "22:00", to: "06:00" }] }',
      'limits.windows[0].to',
      'midnight',
    ],
    [
      'limits: { windows: [{ days: [fri-mon], from: "09:00", to: "17:00" }] }',
      'limits.windows[0].days[0]',
      'mon-fri',
    ],
    ['limits: { windows: [{ days: [], from: "09:00", to: "17:00" }] }', 'limits.windows[0].days', 'correct'],
    ['limits: { perDay: 0 }', 'limits.perDay', 'correct'],
    ['limits: { perDay: -1 }', 'limits.perDay', 'correct'],
    ['limits: { perDay: .inf }', 'limits.perDay', 'correct'],
    ['registry: { allowed: [https://registry.npmjs.org] }', 'registry.allowed[0]', 'evil'],
    ['registry: { allowed: [http://registry.example/] }', 'registry.allowed[0]', 'https'],
    ['registry: { allowed: [https://user:pw@registry.example/] }', 'registry.allowed[0]', 'https'],
    ['registry: { before: 2026-02-30 }', 'registry.before', '2026-11-01'],
    ['registry: { before: "2026-11-01 10:00" }', 'registry.before', 'RFC 3339|2026-11-01'],
    ['branch: refs/heads/main', 'branch', 'main'],
    ['branch: -x', 'branch', 'main'],
    ['branch: a..b', 'branch', 'main'],
    ['scope: { protectedPaths: [../x] }', 'scope.protectedPaths[0]', 'relative'],
    ['scope: { protectedPaths: [/etc] }', 'scope.protectedPaths[0]', 'relative'],
    ['tests: { report: reports/junit.json }', 'tests.report', 'reports/'],
    ['tests: { report: /tmp/junit.xml }', 'tests.report', 'reports/'],
    ['tests: { report: ../junit.xml }', 'tests.report', 'reports/'],
    ['tests: { report: "**/junit.xml" }', 'tests.report', 'reports/'],
    ['agents: { dependency: { ignore: ["*"] } }', 'agents.dependency.ignore[0]', '@scope'],
    [
      'agents: { dependency: { ignore: [react@latest-and-greatest] } }',
      'agents.dependency.ignore[0]',
      '@3.x',
    ],
    [
      'agents: { dependency: { ignore: [{ package: a }] } }',
      'agents.dependency.ignore[0].until',
      '2026-11-01',
    ],
    [
      'agents: { dependency: { ignore: [{ package: a, until: never }] } }',
      'agents.dependency.ignore[0].until',
      '2026-11-01',
    ],
    ['agents: { dependency: { schedule: [] } }', 'agents.dependency.schedule', 'leave schedule out'],
    [
      'agents: { dependency: { schedule: [{ days: [mon], from: "17:00", to: "09:00" }] } }',
      'agents.dependency.schedule[0].to',
      'in two',
    ],
    ['agents: { dependency: { updates: [major] } }', 'agents.dependency.updates[0]', 'correct'],
    ['agents: { dependency: { groups: { A: { packages: [a] } } } }', 'agents.dependency.groups.A', 'lint'],
    [
      'agents: { dependency: { groups: { a: { packages: [] } } } }',
      'agents.dependency.groups.a.packages',
      'leave groups out',
    ],
    [
      'agents: { dependency: { groups: { a: { packages: ["a b"] } } } }',
      'agents.dependency.groups.a.packages[0]',
      '@types',
    ],
    ['service: { name: A, command: [x] }', 'service.name', 'storefront'],
    ['service: { name: a, command: [] }', 'service.command[0]', 'npm, test'],
    ['service: { name: a, command: [x], identity: { header: "a b" } }', 'service.identity.header', 'correct'],
    [
      'service: { name: a, command: [x], env: { A: b }, secretFiles: { A: /run/a } }',
      'service.secretFiles',
      'one of the two',
    ],
    [
      'service: { name: a, command: [x], secretFiles: { A: secrets/a } }',
      'service.secretFiles.A',
      'file of the machine',
    ],
    ['judge: gpt', 'judge', 'write judge: none'],
    ['scope:', 'scope', 'remove the key'],
  ])('refuses %s', (line, path, mend) => {
    const found = problems(`version: 1\n${line}`);
    expect(found.map((problem) => problem.path)).toEqual([path]);
    expect(found[0]?.mend).toMatch(new RegExp(mend));
    expect(found[0]?.line).toBe(2);
  });

  it.each([
    ['', 'an empty value'],
    ['- a', 'a list'],
    ['version: 1\nversion: 1', 'a second time'],
    ['version: 1\n---\nversion: 1', 'a second one'],
    ['version: 1\nbranch: !env HOME', 'tag'],
    ['version: 1\nbranch: !!binary aGk=', 'tag'],
    ['version: 1\n? [a]\n: b', 'YAML'],
    ['version: 1\n\tbranch: x', 'Tabs'],
    ['version: 1\n__proto__: { branch: x }', '__proto__'],
    ['version: 1\n<<: { branch: x }', '<<'],
    [`version: 1\na: ${'['.repeat(100_000)}`, 'expected'],
    [`version: 1\n${'# comment\n'.repeat(40_000)}`, '256 KiB'],
  ])('refuses as a file: %#', (text, words) => {
    expect(
      problems(text)
        .map((problem) => problem.message)
        .join('\n'),
    ).toContain(words);
  });

  it('refuses a bomb of aliases quickly', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    expect(problems(`a0: &a0 [x]\n${levels.join('\n')}`)[0]?.message).toContain('alias');
  });

  it('points through an alias to the value', () => {
    expect(places('version: 1\nscope: &s { maxFiles: 0 }\n')).toEqual(['2:23 scope.maxFiles']);
    expect(places('version: 1\nagents: { dependency: &d { maxOpen: 0 } }\nscope: *d')).toEqual([
      '2:28 scope.maxOpen',
      '2:37 agents.dependency.maxOpen',
    ]);
  });

  it('lets no line break or escape of a key into the message', () => {
    const { message } = refusal('version: 1\n"a\\nb\\e[31m": 1');
    expect(message.split('\n')).toHaveLength(1);
    expect(message).not.toContain('\u001b');
  });

  it('answers any text with a configuration or config.invalid', () => {
    const keys = knownKeys([]);
    const line = fc.tuple(fc.constantFrom(...keys), fc.json()).map(([key, value]) => `${key}: ${value}`);
    const text = fc.oneof(
      fc.string(),
      fc.array(line, { maxLength: 4 }).map((lines) => ['version: 1', ...lines].join('\n')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const check = checkConfig(input);
        if (check.ok) return;
        expect(refusal(input).code).toBe('config.invalid');
        for (const problem of check.problems)
          expect(problem.line).toBeLessThanOrEqual(input.split('\n').length + 1);
      }),
    );
  });
});

it('docs/guide/runtimes.md shows a file that is accepted', () => {
  const guide = readFileSync(new URL('../../docs/guide/runtimes.md', import.meta.url), 'utf8');
  const [block = ''] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const text = block.replaceAll(/^ {3}/gm, '');
  expect(text).toMatch(/^version: 1$/m);
  expect(problems(text)).toEqual([]);
});

it('docs/guide/agents.md shows a file that is accepted', () => {
  const guide = readFileSync(new URL('../../docs/guide/agents.md', import.meta.url), 'utf8');
  const [text = ''] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(text).toMatch(/^version: 1$/m);
  expect(problems(text)).toEqual([]);
});

describe('docs/guide/configuration.md', () => {
  const guide = readFileSync(new URL('../../docs/guide/configuration.md', import.meta.url), 'utf8');

  it('shows only files that are accepted', () => {
    const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(problems(block)).toEqual([]);
  });

  it('names every key', () => {
    const sections = [
      [],
      ['commands'],
      ['registry'],
      ['scope'],
      ['risk'],
      ['agents', 'dependency'],
      ['service'],
      ['service', 'health'],
      ['service', 'runtime', 'command'],
      ['rollout'],
      ['rollout', 'steps', 0],
      ['limits'],
      ['limits', 'windows', 0],
      ['retention'],
    ];
    for (const key of sections.flatMap((path) => knownKeys(path)))
      expect(guide).toMatch(new RegExp(`\\b${key}\\b`));
  });
});
