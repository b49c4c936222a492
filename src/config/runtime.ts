import { isIP } from 'node:net';
import { z } from 'zod';
import { argv, variableName, variableValue, wants } from './fields.ts';

const wantsAddress = wants(
  'a host, an IP address or a CIDR block, in small letters and without scheme and port',
  'write it as 10.0.0.0/8, 192.168.7.4 or shop.internal',
);

/** Where instances may listen. */
const address = z.string(wantsAddress).refine(isHostOrBlock, wantsAddress);

function isHostOrBlock(text: string): boolean {
  const [host = '', bits, ...more] = text.split('/');
  const family = isIP(host);
  if (more.length > 0 || (bits !== undefined && family === 0)) return false;
  if (family === 0) return hostName.test(host);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** The last part begins with a letter: resolvers read what ends in a number as an IP address in one of its odd forms. */
const hostName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const wantsWitness = wants(
  'a witness beside ramp',
  'name the program that prints what users met at your front door, or leave ramp out: then the router of autoland stands in front',
);
const wantsRamp = wants(
  'ramp beside witness',
  'name the program that sets the share of users at your front door, or leave witness out: then the router of autoland counts',
);

const command = z
  .strictObject({
    deploy: argv.describe('Starts a version, or finds it running, and answers its addresses'),
    status: argv.describe('Answers which versions run, and where'),
    stop: argv.describe('Ends a version'),
    ramp: argv
      .nullable()
      .default(null)
      .describe(
        'Sets which share of users a front door of your own gives the candidate; null: the router does',
      ),
    witness: argv
      .nullable()
      .default(null)
      .describe('Prints what users met at that front door, for as long as it runs; null: the router counts'),
    addresses: z
      .array(address)
      .min(
        1,
        wants('at least one host, address or CIDR block', 'name where instances listen, such as 10.0.0.0/8'),
      )
      .max(100)
      .describe('Where instances may listen: hosts, IP addresses and CIDR blocks; nobody is sent elsewhere'),
    settings: z
      .record(variableName, variableValue)
      .default({})
      .describe('Told to the commands as they are, such as a region'),
    secretFiles: z
      .record(
        variableName,
        z
          .string()
          .startsWith('/', wants('an absolute path', 'name a file of the machine that runs autoland')),
      )
      .default({})
      .describe('Told to the commands; each value is read from a file whenever one is called'),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(900)
      .default(120)
      .describe('A command that takes longer is ended, with all that it started in its process group'),
  })
  .refine(({ ramp, witness }) => ramp === null || witness !== null, { path: ['witness'], ...wantsWitness })
  .refine(({ ramp, witness }) => witness === null || ramp !== null, { path: ['ramp'], ...wantsRamp })
  .describe('Runs versions somewhere else, by programs that the operator allows with up --runtime-commands');

/** The key `service.runtime`. */
export const runtime = z
  .strictObject({ command })
  .nullable()
  .default(null)
  .describe('null: versions run in the sandbox of this machine');
