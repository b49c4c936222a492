import { appendFileSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuntimeStage } from '../../../testing/runtime-stage.ts';
import { ServiceLog } from './service-log.ts';

let stage: RuntimeStage;
beforeEach(() => {
  stage = new RuntimeStage();
});
afterEach(() => stage.close());

describe('what a service that does not start has said', () => {
  it('is quoted without its secrets', async () => {
    const secret = join(stage.dir, 'secret');
    writeFileSync(secret, 'postgres://shop:hunter2@db\n');
    const supervisor = await stage.supervisor();
    const leaky = await stage.release(
      'leaky',
      `console.error('cannot connect to', process.env.DATABASE_URL, 'wrong password', 'hunter2'); process.exit(1)`,
    );
    const started = supervisor.start(stage.spec({ secretFiles: { DATABASE_URL: secret } }), leaky);
    await expect(started).rejects.toMatchObject({ code: 'runtime.unhealthy' });
    await expect(started).rejects.toThrow('cannot connect to [masked] wrong password [masked]');
  });
});

describe('ServiceLog', () => {
  const log = () => {
    const made = new ServiceLog(join(stage.dir, 'logs'), 'shop');
    closeSync(made.open());
    return made;
  };

  it('quotes a few lines, cut after they were masked', () => {
    const made = log();
    appendFileSync(made.path, `${'one more line\n'.repeat(50)}a-long-secret${'x'.repeat(995)}`);
    const tail = made.tail(['a-long-secret']);
    expect(tail.length).toBeLessThanOrEqual(1000);
    expect(tail).toMatch(/^\S*xxx/);
    expect(tail).not.toContain('secret');
    appendFileSync(made.path, '\nshort\n'.repeat(10));
    expect(made.tail([]).split('\n').length).toBeLessThanOrEqual(8);
  });

  it('quotes nothing of an earlier start, and no control characters', () => {
    const made = log();
    appendFileSync(made.path, 'earlier\n');
    closeSync(made.open());
    expect(made.tail([])).toBe('(no output)');
    appendFileSync(made.path, '\u001b[31mnow\u0007\n');
    expect(made.tail([])).toBe('[31mnow');
  });

  it('keeps the last of what was written in a burst, and frees the rest', () => {
    const made = log();
    appendFileSync(made.path, Buffer.alloc(5 << 20, 'a'));
    appendFileSync(made.path, 'the end\n');
    made.rotate();
    expect(readFileSync(made.path, 'utf8')).toBe('');
    const kept = readFileSync(`${made.path}.1`);
    expect(kept.length).toBe(1 << 20);
    expect(kept.subarray(-8).toString()).toBe('the end\n');
  });
});
