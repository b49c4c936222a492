import { lookup } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceLookup, obstacleTo, parseAddress } from './instance-address.ts';

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const port = fc.integer({ min: 1, max: 65_535 });
const block = fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([host, bits]) => `${host}/${bits}`);

describe('parseAddress', () => {
  it.each([
    ['http://10.0.0.3:8080', { host: '10.0.0.3', port: 8080 }],
    ['http://shop-1.internal:80', { host: 'shop-1.internal', port: 80 }],
    ['http://localhost:65535', { host: 'localhost', port: 65_535 }],
    ['http://[fd00::1]:8080', { host: 'fd00::1', port: 8080 }],
    ['http://[::1]:8080', { host: '::1', port: 8080 }],
  ])('reads %s', (text, address) => expect(parseAddress(text)).toEqual(address));

  it.each([
    'https://10.0.0.3:8080',
    'http://10.0.0.3',
    'http://10.0.0.3:0',
    'http://10.0.0.3:65536',
    'http://10.0.0.3:08080',
    'http://10.0.0.3:8080/',
    'http://10.0.0.3:8080/admin',
    'http://10.0.0.3:8080?x',
    'http://me@10.0.0.3:8080',
    'http://10.0.0.3:8080@evil.example:80',
    ' http://10.0.0.3:8080',
    'http://10.0.0.3:8080\n',
    'HTTP://10.0.0.3:8080',
    'http://SHOP.internal:80',
    'http://shop..internal:80',
    'http://-shop:80',
    // What resolvers read as IP addresses.
    'http://2130706433:80',
    'http://127.1:80',
    'http://0x7f.0.0.1:80',
    'http://0x7f000001:80',
    'http://010.0.0.1:80',
    'http://[::ffff:127.0.0.1]:80',
    'http://[::ffff:a9fe:a9fe]:80',
    'http://[64:ff9b::a9fe:a9fe]:80',
    'http://[fd00:0::1]:80',
    'http://[fe80::1%25eth0]:80',
    'http://[fd00::1:80',
    'http://:80',
    '/run/docker.sock',
    'http://xn--:80',
    '',
  ])('does not read %j', (text) => expect(parseAddress(text)).toBeUndefined());

  it('property: what it reads, a URL means the same by', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ipv4,
          fc.domain(),
          fc.ipV6().map((host) => `[${host}]`),
        ),
        port,
        (host, number) => {
          const read = parseAddress(`http://${host}:${number}`);
          if (read === undefined) return;
          const url = new URL(`http://${host}:${number}`);
          expect(url.hostname.replace(/^\[|\]$/g, '')).toBe(read.host);
          expect(Number(url.port || 80)).toBe(read.port);
        },
      ),
    );
  });
});

describe('obstacleTo', () => {
  it.each<[string, string[]]>([
    ['http://10.1.2.3:80', ['10.0.0.0/8']],
    ['http://10.1.2.3:80', ['192.168.0.0/16', '10.1.2.3']],
    ['http://127.0.0.1:80', ['127.0.0.1']],
    ['http://shop.internal:80', ['shop.internal']],
    ['http://[fd00::7]:80', ['fd00::/64']],
    ['http://169.254.7.7:80', ['169.254.7.7']],
    ['http://169.254.7.7:80', ['169.254.0.0/16']],
  ])('%s may be met, declared as %s', (address, declared) =>
    expect(obstacleTo(address, declared)).toBeUndefined(),
  );

  it.each<[string, string[]]>([
    ['http://11.1.2.3:80', ['10.0.0.0/8']],
    ['http://10.1.2.3:80', []],
    ['http://127.0.0.1:80', ['10.0.0.0/8', 'localhost']],
    ['http://localhost:80', ['127.0.0.1']],
    ['http://other.internal:80', ['shop.internal']],
    ['http://shop.internal.evil.example:80', ['shop.internal']],
    ['http://169.254.169.254:80', ['0.0.0.0/0', 'metadata']],
    ['http://[fd00:ec2::254]:80', ['fd00::/8']],
    ['http://[fe80::1]:80', ['::/0']],
    ['http://0.0.0.0:80', ['0.0.0.0/0']],
    ['http://255.255.255.255:80', ['0.0.0.0/0']],
    ['http://[::]:80', ['::/0']],
    ['http://10.1.2.3:80', ['::/0']],
    ['/run/docker.sock', ['0.0.0.0/0']],
  ])('%s may not, declared as %s', (address, declared) =>
    expect(obstacleTo(address, declared)).toBeTypeOf('string'),
  );

  it('property: declaring less never opens more, and a link-local address is open only by an entry of its own kind', () => {
    fc.assert(
      fc.property(
        ipv4,
        fc.array(block, { maxLength: 4 }),
        fc.array(block, { maxLength: 4 }),
        (host, some, more) => {
          const address = `http://${host}:80`;
          const [few, many] = [obstacleTo(address, some), obstacleTo(address, [...some, ...more])];
          if (few === undefined) expect(many).toBeUndefined();
        },
      ),
    );
    fc.assert(
      fc.property(byte, byte, fc.array(block, { maxLength: 6 }), (third, fourth, declared) => {
        const open = obstacleTo(`http://169.254.${third}.${fourth}:80`, declared) === undefined;
        if (open) expect(declared.some((entry) => entry.startsWith('169.254.'))).toBe(true);
      }),
    );
  });
});

describe('instanceLookup', () => {
  const leadsTo = (name: string) =>
    new Promise((resolve) => {
      instanceLookup(lookup)(name, { all: true }, (fault, found) => resolve(fault?.message ?? found));
    });

  it('hands on where an instance can be', async () => {
    expect(await leadsTo('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await leadsTo('localhost')).toContainEqual(
      expect.objectContaining({ family: expect.any(Number) }),
    );
  });

  it.each([
    '169.254.169.254',
    'fe80::1',
    'fd00:ec2::254',
    '0.0.0.0',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
  ])('does not hand on %s, whatever name led there', async (address) =>
    expect(await leadsTo(address)).toBe(`${address} leads to no address of an instance`),
  );
});
