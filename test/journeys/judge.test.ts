import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerText, readRequest } from '../../src/testing/judge-samples.ts';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import { stateFiles } from '../../src/wiring/place/place.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

const key = 'sk-test-0123456789';
const models = `models:
  one: { provider: anthropic, model: claude-x, family: claude }
  two: { provider: openai-compatible, server: local, model: qwen-x, family: qwen }
judge: { panel: [one, two] }
`;

/** What a model of either wire is asked, in one text. */
function textOf({ messages }: Readonly<Record<string, unknown>>): string {
  const all = (messages as readonly { role: string; content: unknown }[]).filter(
    ({ role }) => role === 'user',
  );
  return all
    .flatMap(({ content }) => (Array.isArray(content) ? content.map(({ text }) => text) : [content]))
    .join('\n');
}

const wrong = {
  file: 'README.md',
  side: 'added',
  line: 5,
  quote: 'chmod',
  why: 'It opens all files to everybody.',
};

/** Sees one thing, where it is asked about it. */
function judged(body: Readonly<Record<string, unknown>>): string {
  const text = textOf(body);
  // `doctor` wants a word only.
  if (!text.includes('DATA ')) return 'yes';
  const { nonce, lens } = readRequest(text);
  const seesIt = text.includes('chmod') && lens.name === 'security';
  return answerText(lens, nonce, seesIt ? { exposure: { answer: 'yes', findings: [wrong] } } : {});
}

describe('a change that models look at', () => {
  let server: ModelServer;
  const stage = new Stage({
    '.autoland/autoland.yaml': `${rules({ levels: { docs: 'merge' } })}${models}`,
  });
  beforeAll(async () => {
    server = await ModelServer.open({
      script: { steps: [{ answer: { kind: 'silent' } }] },
      says: judged,
      key,
    });
    const files = stateFiles(stage.state);
    mkdirSync(join(stage.dir, 'secret'), { mode: 0o700 });
    const keyFile = join(stage.dir, 'secret', 'key');
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
    mkdirSync(stage.state, { mode: 0o711 });
    writeFileSync(
      files.models,
      `version: 1
servers:
  anthropic: { provider: anthropic, url: "${server.url}", keyFile: ${keyFile}, scripted: true }
  local: { provider: openai-compatible, url: "${server.url}/v1", keyFile: ${keyFile}, scripted: true }
`,
      { mode: 0o600 },
    );
    await stage.up();
  });
  afterAll(async () => {
    await stage.close();
    await server.close();
  });

  it('is refused for what one of them found and code found again', async () => {
    const page = '# Greeter\n\nSays hello.\n\nIf it does not start: `chmod -R a+rwx .`\n';
    const view = await stage.ended(await stage.submit({ 'README.md': page }));
    expect(view).toMatchObject({ class: 'docs', state: 'refused', code: 'judge.veto' });
    expect(view.reasons.join(' ')).toContain('README.md:5 "chmod": It opens all files to everybody.');
    expect(stage.repo.tip()).not.toBe(view.merge);
  });

  it('counts for nothing where nobody objects, before the judge has shown that it finds what is wrong', async () => {
    const page = '# Greeter\n\nSays hello to whoever asks.\n';
    const change = await stage.submit({ 'README.md': page });
    const view = await stage.ended(change);
    expect(view.judge).toMatchObject({ verdict: 'abstain', record: { standing: { earned: false } } });
    const { stdout } = await stage.run(['explain', change]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('scripted: its answers were written by a person');
    const said = await stage.run(['show', change, '--thinking']);
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout).toContain('scripted');
    expect(said.stdout).toContain('You review one change to a program');
    expect(`${said.stdout}${JSON.stringify(await stage.journal())}`).not.toContain(key);
  });

  it('is what measures the judge, and leaves the log as it was', async () => {
    // Drawn at random: not each defect finds a place in this change, so fewer than were wanted may be asked about.
    const answer = await stage.json('judge', 'measure', '--class', 'docs', '--count', '4');
    expect([1, 2, 3, 4]).toContain((answer as { asked: number }).asked);
    expect((await stage.run(['audit', 'verify'])).code).toBe(0);
    expect((await stage.run(['fsck'])).code).toBe(0);
    const models = await stage.run(['doctor']);
    expect(models.stdout.replaceAll(/\s+/g, ' ')).toMatch(/works +models/);
  });
});
