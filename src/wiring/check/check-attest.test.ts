import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findingsSigner } from './check-attest.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-attest-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('asks for a key that is open to others to be closed, not for another', async () => {
  const file = join(dir, 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o644 });
  await expect(findingsSigner(file)).rejects.toMatchObject({
    code: 'usage',
    mend: expect.stringContaining(`chmod 600 ${file}`),
  });
  const mend = expect.stringContaining('openssl genpkey');
  await expect(findingsSigner(join(dir, 'none'))).rejects.toMatchObject({ code: 'usage', mend });
});
