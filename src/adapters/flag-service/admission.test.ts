import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagStage } from '../../testing/flag-stage.ts';
import { Admission, Refusal } from './admission.ts';
import { Rate } from './rate.ts';
import { ticketFor } from './tokens/ticket.ts';

let stage: FlagStage;
beforeEach(() => {
  stage = new FlagStage();
});
afterEach(() => stage.close());

function admissionOf(options: { perSecond?: number; streams?: number } = {}): Admission {
  const admission = new Admission({
    tokensFile: stage.layout.flagTokens,
    environment: 'production',
    perSecond: 100,
    streams: 10,
    ...options,
  });
  admission.look();
  return admission;
}

const peer = '127.0.0.1';
const why = (ask: () => unknown) => {
  try {
    ask();
    return 'let in';
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.kind : thrown;
  }
};

describe('admission', () => {
  it('knows a token wherever a client can put it', () => {
    const token = stage.token();
    const admission = admissionOf();
    for (const presented of [
      { authorization: `Bearer ${token}` },
      { authorization: `bearer  ${token}` },
      { apiKey: token },
      { selectors: [`token=${token}`] },
      { selectors: [null, `service=shop,token=${token}`] },
      { authority: `${token}.flags.internal` },
    ])
      expect(admission.admit({ peer, ...presented }, 'read').token?.name).toBe('test');
  });

  it.each([
    ['nothing', () => ''],
    ['another secret', (token: string) => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['an id alone', (token: string) => token.slice(0, 20)],
    ['an unknown id', (token: string) => token.replace(/_[0-9a-f]{12}_/, '_000000000000_')],
    ['the hash', () => `alflag_${stage.tokens.list()[0]?.id}_${stage.tokens.list()[0]?.hash.slice(0, 43)}`],
    ['a token of another environment', () => stage.token(['read', 'kill'], 'staging')],
  ])('lets nobody in with %s', (_what, change) => {
    const token = change(stage.token());
    const admission = admissionOf();
    for (const presented of [{ authorization: `Bearer ${token}` }, { apiKey: token }, { authority: token }])
      expect(why(() => admission.admit({ peer, ...presented }, 'read'))).toBe('unauthenticated');
  });

  it('counts the first token only: a second guess is a second request', () => {
    const good = stage.token();
    const bad = `${good.slice(0, -2)}xx`;
    expect(
      why(() => admissionOf().admit({ peer, authorization: `Bearer ${bad}`, apiKey: good }, 'read')),
    ).toBe('unauthenticated');
  });

  it('keeps the scopes apart', () => {
    const [read, kill] = [stage.token(['read']), stage.token(['kill'])];
    const admission = admissionOf();
    expect(why(() => admission.admit({ peer, apiKey: read }, 'kill'))).toBe('forbidden');
    expect(why(() => admission.admit({ peer, apiKey: kill }, 'read'))).toBe('forbidden');
    expect(why(() => admission.admit({ peer, apiKey: kill }, 'kill'))).toBe('let in');
    expect(why(() => admission.admit({ peer: null }, 'read'))).toBe('let in');
    expect(why(() => admission.admit({ peer: null }, 'kill'))).toBe('forbidden');
  });

  it('lets a revoked token go no further', () => {
    const { token, stored } = stage.issue();
    const admission = admissionOf();
    const client = admission.admit({ peer, apiKey: token }, 'read');
    expect(admission.stands(client)).toBe(true);
    stage.tokens.remove(stored.id);
    expect(admission.look()).toBe(true);
    expect(admission.stands(client)).toBe(false);
    expect(why(() => admission.admit({ peer, apiKey: token }, 'read'))).toBe('unauthenticated');
  });

  it.each(['', '{', '{"version":1}', '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{}]}'])(
    'lets nobody new in where the tokens cannot be read (%j), and ends no stream for that',
    (content) => {
      const token = stage.token();
      const admission = admissionOf();
      const client = admission.admit({ peer, apiKey: token }, 'read');
      writeFileSync(stage.layout.flagTokens, content);
      admission.look();
      expect(admission.stands(client)).toBe(true);
      expect(why(() => admission.admit({ peer, apiKey: token }, 'read'))).toBe('unauthenticated');
      expect(() => stage.tokens.list()).toThrow(expect.objectContaining({ code: 'state.corrupt' }));
    },
  );

  it('lets streams in by a ticket, for a day at most, and for nothing but its token', () => {
    const { token, stored } = stage.issue();
    const admission = admissionOf();
    const ticket = ticketFor(stored, Date.now());
    expect(why(() => admission.admit({ peer, ticket }, 'read'))).toBe('let in');
    expect(ticket).not.toContain(token.slice(20));
    expect(ticketFor(stored, Date.now())).toBe(ticket);
    const [id, until, seal] = ticket.split('.');
    for (const wrong of [
      ticketFor(stored, Date.now() - 25 * 60 * 60 * 1000),
      `${id}.${Number(until) + 1}.${seal}`,
      `${id}.${until}.`,
      `${id}.${until}.${seal}.x`,
      'x',
    ])
      expect(why(() => admission.admit({ peer, ticket: wrong }, 'read'))).toBe('unauthenticated');
  });

  it('bounds requests of one token, and guesses of one address, apart', () => {
    const token = stage.token();
    const admission = admissionOf({ perSecond: 1 });
    for (let n = 0; n < 10; n++)
      expect(why(() => admission.admit({ peer, apiKey: 'x' }, 'read'))).toBe('unauthenticated');
    expect(why(() => admission.admit({ peer, apiKey: 'x' }, 'read'))).toBe('busy');
    expect(why(() => admission.admit({ peer, apiKey: token }, 'read'))).toBe('let in');
    for (let n = 0; n < 12; n++) why(() => admission.admit({ peer, apiKey: token }, 'read'));
    expect(why(() => admission.admit({ peer, apiKey: token }, 'read'))).toBe('busy');
  });

  it('bounds open streams, and counts each that ends once', () => {
    const admission = admissionOf({ streams: 2 });
    const [first] = [admission.enter(), admission.enter()];
    expect(why(() => admission.enter())).toBe('busy');
    first?.();
    first?.();
    admission.enter();
    expect(why(() => admission.enter())).toBe('busy');
  });

  it('keeps hashes alone, where only their owner reads them', () => {
    const token = stage.token();
    const path = stage.layout.flagTokens;
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(stage.tokens.list())).not.toContain(token.slice(20));
    expect(() => stage.tokens.remove('000000000000')).toThrow(
      expect.objectContaining({ code: 'token.not-found' }),
    );
  });
});

describe('the rate', () => {
  it('allows a burst, then so many a second, and says when to come again', () => {
    let now = 0;
    const rate = new Rate(2, () => now);
    const burst = Array.from({ length: 20 }, () => rate.take('a'));
    expect(burst.every((wait) => wait === 0)).toBe(true);
    expect(rate.take('a')).toBe(1);
    expect(rate.take('b')).toBe(0);
    now += 500;
    expect(rate.take('a')).toBe(0);
    expect(rate.take('a')).toBe(1);
  });

  it('remembers no endless number of clients', () => {
    const rate = new Rate(1, () => 0);
    for (let n = 0; n < 10; n++) rate.take('first');
    expect(rate.take('first')).toBe(1);
    for (let n = 0; n < 10_001; n++) rate.take(`at ${n}`);
    expect(rate.take('first')).toBe(0);
  });
});
