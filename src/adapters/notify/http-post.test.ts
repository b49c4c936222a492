import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { certificate, tbsCertificate } from '../../testing/der.ts';
import { post } from './http-post.ts';

const hourMs = 3_600_000;

/** A certificate that nobody has vouched for. */
function selfSigned(subject: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const tbs = tbsCertificate({
    subject,
    issuer: subject,
    key: publicKey,
    from: new Date(now - hourMs),
    to: new Date(now + hourMs),
    extensions: [],
  });
  const body = certificate(tbs, privateKey).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

describe('post', () => {
  it('tells nothing to a server that cannot prove who it is', async () => {
    let heard = 0;
    const server = createServer(selfSigned('localhost'), (_, response) => {
      heard += 1;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const message = { allowsPrivate: false, headers: {}, body: 'a secret' };
      const told = await post({ ...message, url: `https://127.0.0.1:${port}/` });
      expect(told).toMatchObject({ kind: 'failed', why: expect.stringMatching(/self-signed certificate/) });
      expect(heard).toBe(0);
      // And nothing goes in the clear to where https is spoken.
      expect(await post({ ...message, url: `http://127.0.0.1:${port}/` })).toMatchObject({ kind: 'failed' });
      expect(heard).toBe(0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
