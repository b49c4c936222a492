import { describe, expect, it } from 'vitest';
import { ownAddress, restoreAddresses, withPrefix } from './addresses.ts';
import { admitRanges } from './yarn-keys.ts';

const classic = (blocks: string) => `# yarn lockfile v1\n\n\n${blocks}`;
const block = (key: string, version: string, host = 'https://r.example/npm/') =>
  `${key}:\n  version "${version}"\n  resolved "${host}aa/-/aa-${version}.tgz#${'a'.repeat(40)}"\n`;

describe('admitRanges', () => {
  it('moves a range of Yarn 1 to the version that is locked, away from any other', () => {
    const before = classic(`${block('aa@1.1.0', '1.1.0')}\n${block('aa@1.x, aa@^1.0.0', '1.2.0')}`);
    expect(admitRanges('yarn-classic', before, [{ name: 'aa', spec: '^1.0.0', to: '1.1.0' }])).toBe(
      classic(`${block('aa@1.1.0, aa@^1.0.0', '1.1.0')}\n${block('aa@1.x', '1.2.0')}`),
    );
  });

  it('quotes what Yarn 1 quotes, and drops a block that nothing asks for any more', () => {
    const before = classic(`${block('"@s/aa@1.1.0"', '1.1.0')}\n${block('"@s/aa@>=1 <2"', '1.2.0')}`);
    expect(admitRanges('yarn-classic', before, [{ name: '@s/aa', spec: '>=1 <2', to: '1.1.0' }])).toBe(
      classic(`${block('"@s/aa@1.1.0", "@s/aa@>=1 <2"', '1.1.0')}\n`),
    );
  });

  it('moves a range of Yarn 4', () => {
    const berry = (keys: string, version: string) => `"${keys}":\n  version: ${version}\n`;
    const before = `__metadata:\n  version: 8\n\n${berry('aa@npm:1.1.0', '1.1.0')}\n${berry('aa@npm:^1.0.0', '1.2.0')}`;
    expect(admitRanges('yarn-berry', before, [{ name: 'aa', spec: '^1.0.0', to: '1.1.0' }])).toBe(
      `__metadata:\n  version: 8\n\n${berry('aa@npm:1.1.0, aa@npm:^1.0.0', '1.1.0')}\n`,
    );
  });

  it('leaves a lockfile without that version, and pnpm’s, as it is', () => {
    const before = classic(block('aa@1.2.0', '1.2.0'));
    const asked = [{ name: 'aa', spec: '^1.0.0', to: '1.1.0' }];
    expect(admitRanges('yarn-classic', before, asked)).toBe(before);
    expect(admitRanges('pnpm', before, asked)).toBe(before);
  });
});

describe('addresses', () => {
  const sandbox = 'http://127.0.0.1:4873/';

  it('come back as they were, and new ones where most are', () => {
    const before = classic(
      `${block('aa@1.0.0', '1.0.0')}\n${block('aa@2.0.0', '2.0.0', 'https://other.example/')}\n${block('aa@3.0.0', '3.0.0')}`,
    );
    const inside = withPrefix('yarn-classic', before, sandbox);
    expect(inside).not.toContain('example');
    expect(restoreAddresses('yarn-classic', before, inside)).toBe(before);
    const more = `${inside}\n${block('aa@4.0.0', '4.0.0', sandbox)}`;
    expect(restoreAddresses('yarn-classic', before, more)).toBe(`${before}\n${block('aa@4.0.0', '4.0.0')}`);
  });

  it('of another content under a known name are not taken for the known one', () => {
    const before = classic(block('aa@1.0.0', '1.0.0'));
    const other = before.replace('a'.repeat(40), 'b'.repeat(40));
    expect(restoreAddresses('yarn-classic', before, other)).toBe(other);
  });

  it('of pnpm stand only where the project has them', () => {
    const line = (host: string) => `    resolution: {integrity: x, tarball: ${host}@s/aa/-/aa-1.0.0.tgz}\n`;
    expect(restoreAddresses('pnpm', line('https://r.example/'), line(sandbox))).toBe(
      line('https://r.example/'),
    );
    expect(ownAddress(restoreAddresses('pnpm', '', line(sandbox)))).toContain('127.0.0.1');
  });

  it('of this machine are seen, however they are written', () => {
    expect(ownAddress('x::__archiveUrl=http%3A%2F%2F127.0.0.1%3A4873%2Fx')).toBeDefined();
    expect(ownAddress('resolved "https://r.example/127.0.0.1/-/x.tgz"')).toBeUndefined();
  });
});
