import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { guardedLookup, obstacleTo } from './addresses.ts';

const named = { host: 'hooks.example.com', allowsPrivate: false };

describe('what may be reached', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1', '172.32.0.1', '192.169.0.1', '11.0.0.1'])(
    '%s is somebody else’s machine',
    (address) => {
      expect(obstacleTo(address, named)).toBeUndefined();
    },
  );

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fe80::1',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
  ])('%s is nobody’s, whatever the configuration says', (address) => {
    expect(obstacleTo(address, { host: 'hooks.example.com', allowsPrivate: true })).toMatch(/no receiver/);
  });

  it.each(['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fdff::1'])(
    '%s is inside, for who says so',
    (address) => {
      expect(obstacleTo(address, named)).toMatch(/private: true/);
      expect(obstacleTo(address, { ...named, allowsPrivate: true })).toBeUndefined();
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    '%s is this machine: only for who names it so',
    (address) => {
      expect(obstacleTo(address, { ...named, allowsPrivate: true })).toMatch(/this machine/);
      expect(obstacleTo(address, { host: 'localhost', allowsPrivate: false })).toBeUndefined();
    },
  );

  it.each(['', 'localhost', '1.2.3', '0x7f000001', '2130706433'])('%j is no address', (address) => {
    expect(obstacleTo(address, named)).toMatch(/no address/);
  });
});

describe('a name', () => {
  const look = (host: string, name: string) =>
    new Promise<string | LookupAddress[]>((resolve) => {
      guardedLookup({ host, allowsPrivate: false })(name, { all: true }, (fault, found) =>
        resolve(fault === null ? found : fault.message),
      );
    });

  it('that leads to this machine is refused, unless it is localhost', async () => {
    // What a name of somebody else's would do that answers 127.0.0.1.
    expect(await look('hooks.example.com', 'localhost')).toMatch(
      /hooks.example.com leads to .* this machine/,
    );
    expect(await look('localhost', 'localhost')).toContainEqual(
      expect.objectContaining({ address: '127.0.0.1' }),
    );
  });

  it('that leads nowhere says so', async () => {
    expect(await look('nowhere.invalid', 'nowhere.invalid')).toMatch(/nowhere.invalid/);
  });
});
