import { isIP } from 'node:net';
import { z } from 'zod';
import { count, duration, wants } from './fields.ts';

const wantsPort = wants('a port from 1 to 65535, or null', 'write it as 8016');
const port = z.int(wantsPort).min(1, wantsPort).max(65_535, wantsPort).nullable().default(null);

const wantsHost = wants('an IP address or a host name', 'write it as 127.0.0.1 or 0.0.0.0');
const host = z
  .string(wantsHost)
  .refine((text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text), wantsHost);

const wantsPage = wants('the origin of a page, without a path', 'write it as https://shop.example');
const origin = z.string(wantsPage).refine((text) => URL.canParse(text) && isOrigin(text), wantsPage);

/** `*` is none: a token in a page would then be good on every page. */
function isOrigin(text: string): boolean {
  const { origin: own, protocol } = new URL(text);
  return own === text && (protocol === 'https:' || protocol === 'http:');
}

const wantsEnvironment = wants('a name of lower-case letters, digits and -', 'write it as production');
export const environmentName = z.string(wantsEnvironment).regex(/^[a-z][a-z0-9-]{0,39}$/, wantsEnvironment);

const serve = z
  .strictObject({
    evaluation: port.describe("Port for flagd's clients that ask for each evaluation; they expect 8013"),
    sync: port.describe("Port for flagd's clients that evaluate by themselves; they expect 8015"),
    ofrep: port.describe(
      'Port for OFREP clients, browsers among them, and for kills over HTTP; usually 8016',
    ),
    host: host
      .default('127.0.0.1')
      .describe('Where the ports are; beyond this machine tokens need a proxy with TLS in front'),
    origins: z.array(origin).max(100).default([]).describe('Origins of pages that may ask by OFREP'),
    requestsPerSecond: count.default(1000).describe('Of one token; ten times as many may come at once'),
    connections: count.default(5000).describe('Open streams in all, and connections of each port'),
  })
  .refine(({ evaluation, sync, ofrep }) => evaluation !== null || sync !== null || ofrep !== null, {
    ...wants('at least one of evaluation, sync and ofrep', 'to serve no flags, write serve: null'),
  })
  .refine((value) => portsOf(value).every((one, at, all) => all.indexOf(one) === at), {
    ...wants('a port of its own for each protocol', 'usual are evaluation: 8013, sync: 8015, ofrep: 8016'),
  })
  .describe('The flag service for OpenFeature clients; null: none')
  .nullable()
  .default(null);

function portsOf({ evaluation, sync, ofrep }: Readonly<Record<string, unknown>>): readonly unknown[] {
  return [evaluation, sync, ofrep].filter((one) => one !== null);
}

const wantsHelper = wants('MODULE#NAME, such as src/flags.ts#isEnabled or @acme/flags#client');

/** The key `flags`. */
export const flags = z
  .strictObject({
    helpers: z
      .array(z.string().regex(/^[^\s#]{1,200}#[\w$]{1,100}$/, wantsHelper))
      .default([])
      .describe('What evaluates a flag beside OpenFeature: a function called with the key, or a client'),
    removeAfter: duration
      .prefault('7d')
      .describe('How long everybody must have had a flag before its code may be removed without a person'),
    environment: environmentName
      .default('production')
      .describe('The name of what is served here; flag tokens count in one environment only'),
    serve,
  })
  .describe('Flags in the code, and who may ask for flags');
