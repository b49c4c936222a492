import { describe, expect, it } from 'vitest';
import { checkConfig, parseConfig } from './config.ts';
import { frontDoorCommands, serviceSpec } from './plans.ts';

const least = 'deploy: [deploy], status: [status], stop: [stop], addresses: [10.0.0.0/8]';
const text = (command: string, more = '') =>
  `version: 1\nservice: { name: shop, runtime: { command: { ${command} } }${more} }\n`;

function problems(source: string): readonly string[] {
  const check = checkConfig(source);
  return check.ok ? [] : check.problems.map(({ path, message, mend }) => `${path}: ${message}; ${mend}`);
}

describe('service.runtime', () => {
  it('needs three commands and where instances may be; the rest has defaults', () => {
    const { service } = parseConfig(text(least), 'test.yaml');
    expect(service && serviceSpec(service)).toEqual({
      name: 'shop',
      health: { path: '/healthz', timeoutSeconds: 10 },
      instances: 1,
      graceSeconds: 5,
      commands: {
        deploy: ['deploy'],
        status: ['status'],
        stop: ['stop'],
        addresses: ['10.0.0.0/8'],
        settings: {},
        secretFiles: {},
        timeoutSeconds: 120,
      },
    });
  });

  it('names both programs of a front door, or none', () => {
    const door = (source: string) => {
      const { service } = parseConfig(source, 'test.yaml');
      return service && frontDoorCommands(service);
    };
    expect(door(text(least))).toBeUndefined();
    expect(door('version: 1\nservice: { name: shop, command: [node, a.js] }\n')).toBeUndefined();
    expect(door(text(`${least}, ramp: [door, set], witness: [door], settings: { A: b }`))).toEqual({
      ramp: ['door', 'set'],
      witness: ['door'],
      settings: { A: 'b' },
      secretFiles: {},
      timeoutSeconds: 120,
    });
  });

  it.each([
    '10.1.2.3',
    'fd00::/8',
    '::1',
    'shop.internal',
    'localhost',
    'shop-1',
    '169.254.7.7',
    '0.0.0.0/0',
  ])('takes %s for an address', (address) =>
    expect(problems(text(least.replace('10.0.0.0/8', `"${address}"`)))).toEqual([]),
  );

  it.each([
    'http://10.1.2.3',
    '10.1.2.3:80',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/8/8',
    'Shop',
    'shop/8',
    '127.1',
    '2130706433',
    '*',
    '',
  ])('takes %j for none', (address) =>
    expect(problems(text(least.replace('10.0.0.0/8', `"${address}"`))).join()).toMatch(
      /service\.runtime\.command\.addresses\[0\]: expected a host, an IP address or a CIDR block.*10\.0\.0\.0\/8/,
    ),
  );

  it.each<[string, RegExp]>([
    [
      text(`${least}, ramp: [ramp]`),
      /command\.witness: expected a witness beside ramp, found nothing; name the program that prints what users met/,
    ],
    [
      text(`${least}, witness: [witness]`),
      /command\.ramp: expected ramp beside witness, found nothing; name the program that sets the share/,
    ],
    [text(`${least}, ramp: ./ramp.sh, witness: [w]`), /command\.ramp: expected a command as a list of words/],
    [
      text(least.replace(', addresses: [10.0.0.0/8]', '')),
      /command\.addresses: expected a list, found nothing/,
    ],
    [text(least.replace('[10.0.0.0/8]', '[]')), /addresses: expected at least one host/],
    [text(least.replace('stop: [stop], ', '')), /command\.stop: expected a command as a list of words/],
    [text(least.replace('stop: [stop]', 'stop: ./stop.sh')), /command\.stop: .*no shell reads it/],
    [text(`${least}, env: { A: b }`), /command\.env: expected a known key.*settings/],
    [text(`${least}, secretFiles: { A: secret }`), /secretFiles\.A: expected an absolute path/],
    [text(`${least}, timeoutSeconds: 901`), /timeoutSeconds: expected at most 900/],
    [text(least, ', command: [node, a.js]'), /service\.command: expected no command beside runtime/],
    [text(least, ', env: { A: b }'), /service\.env: .*runtime\.command\.settings/],
    [text(least, ', secretFiles: { A: /run/a }'), /service\.secretFiles: .*runtime\.command\.secretFiles/],
    [
      'version: 1\nservice: { name: shop }\n',
      /service\.command: expected the command that starts an instance.*runtime:/,
    ],
    ['version: 1\nservice: { name: shop, runtime: null }\n', /service\.command: expected the command/],
    [
      'version: 1\nservice: { name: shop, runtime: {} }\n',
      /service\.runtime\.command: expected keys and values/,
    ],
  ])('says what is wrong: %#', (source, message) => expect(problems(source).join('\n')).toMatch(message));
});
