import { z } from 'zod';

/** Says what a field wants: `expected` completes the sentence, `mend` is an instruction. config/problems.ts splits the two again. */
export function wants(expected: string, mend?: string): { error: () => string } {
  return { error: () => (mend === undefined ? `expected ${expected}` : `expected ${expected}\n${mend}`) };
}

export const count = z.int().min(1).max(1_000_000);

const mendArgv = 'write it as [npm, test]: no shell reads it';
const program = wants('a program name', mendArgv);
const word = wants('a string', 'put it in quotes');
const noNul = /^[^\0]*$/;

/** A command as argv: no shell ever reads it. */
export const argv = z.tuple(
  [z.string(program).min(1, program).regex(noNul, program)],
  z.string(word).regex(noNul, word),
  wants('a command as a list of words', mendArgv),
);

const sharePattern = /^\d{1,2}(\.\d{1,2})?%$/;
const wantsShare = wants(
  'a share of users from 0.01 % to 99.99 %, in whole hundredths of a percent',
  'write it as 1%, 0.25% or 0.01',
);

/** `1%`, `0.5%` or a number between 0 and 1 -> a number between 0 and 1, a multiple of 1/10000: what a flag's weight can be. */
export const share = z
  .union(
    [z.number().gt(0, wantsShare).lt(1, wantsShare), z.string().regex(sharePattern, wantsShare)],
    wantsShare,
  )
  .transform((value) => (typeof value === 'number' ? value : Number(value.slice(0, -1)) / 100))
  // Of what is no share at all, that is said already.
  .refine((value) => Number.isNaN(value) || (value > 0 && value < 1 && isWhole(value * 10_000)), wantsShare);

/** But for what binary fractions cannot hold. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const wantsDuration = wants('a duration above 0', 'write it as 45s, 10m, 2h or 1d');

/** `500ms`, `45s`, `10m`, `2h`, `1d` -> seconds. A bare number is refused: its unit would be a guess. */
export const duration = z
  .string(wantsDuration)
  .regex(/^\d{1,6}(\.\d{1,3})?(ms|s|m|h|d)$/, wantsDuration)
  .transform((text) => Number.parseFloat(text) * (unitSeconds[text.replace(/[\d.]+/, '')] ?? Number.NaN))
  .refine((seconds) => seconds > 0, wantsDuration);

/** A probability that stays meaningful as an error rate. */
export const errorRate = z.number().gt(0).lt(0.5);

const wantsBranch = wants(
  'the name of a branch, without refs/heads/',
  'write it as git branch lists it, such as main',
);

/** The part of git-check-ref-format(1) that a protected branch needs. */
export const branch = z
  .string(wantsBranch)
  .regex(
    /^(?!refs\/)(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)))[\w./+#@-]{1,200}(?<![/.])$/,
    wantsBranch,
  );

const wantsOrigin = wants(
  'a URL prefix that begins with https:// (or http:// on this machine) and ends with /',
  'write it as https://registry.npmjs.org/: without the last / it would also match registry.npmjs.org.evil.example',
);

export const registryPrefix = z.string(wantsOrigin).refine(isRegistryPrefix, wantsOrigin);

function isRegistryPrefix(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !text.endsWith('/') || /[?#@\s]/.test(text)) return false;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}

const wantsInstant = wants(
  'an RFC 3339 date or date-time that exists',
  'write it as 2026-11-01 or 2026-11-01T00:00:00Z',
);

/** A date means its first instant in UTC. -> RFC 3339, UTC, milliseconds. */
export const instant = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], wantsInstant)
  .transform((text) => new Date(text).toISOString());

const wantsPath = wants(
  'a path or pattern inside the repository',
  'write it relative to the root, such as deploy/**, without a leading / and without ..',
);

/** Relative, with `*` inside a name and `**` across directories. */
export const repositoryPattern = z
  .string(wantsPath)
  .refine((text) => /^[^/\\\0][^\\\0]*$/.test(text) && !text.split('/').includes('..'), wantsPath);

const wantsRequestPath = wants(
  'a path that begins with /, without spaces',
  'write it as /healthz; what else is in it, in percents: /caf%C3%A9',
);
/** Of a request: with any other character Node sends none, so that nothing would ever be healthy. */
export const requestPath = z.string(wantsRequestPath).regex(/^\/[\x21-\xff]*$/, wantsRequestPath);

const wantsFolder = wants(
  'a folder inside the repository',
  'write it relative to the root, such as tests/drivers, without a leading or a closing /',
);
/** Plain names alone: what is written there goes through nothing that a pattern could mean. */
export const repositoryFolder = z
  .string(wantsFolder)
  .max(200, wantsFolder)
  .refine((text) => {
    const plain = (part: string) => /^[\w@.-]+$/.test(part) && !['.', '..', '.git'].includes(part);
    return text.split('/').every(plain);
  }, wantsFolder);

const wantsReport = wants(
  'the path of an XML file in the project, with * for any part of a name',
  'write it as junit.xml, reports/*.xml or packages/*/junit.xml',
);

/** What fits is removed before each run, so it is XML and lies where one can tell. */
export const reportPattern = z
  .string(wantsReport)
  .max(500, wantsReport)
  .refine((text) => {
    const plain = (part: string) => !['', '.', '..', '.git'].includes(part) && !part.includes('**');
    return /^[^\\\0]*\.xml$/.test(text) && text.split('/').every(plain);
  }, wantsReport);

const wantsName = wants('a name of lower-case letters, digits and -', 'write it as storefront or cart-api');
export const serviceName = z.string(wantsName).regex(/^[a-z][a-z0-9-]{0,39}$/, wantsName);

const wantsVariable = wants('the name of an environment variable', 'use letters, digits and _');
/** Set by autoland for every service: `serviceJob` says to what. */
export const reservedVariables = ['PORT', 'SERVICE_NAME', 'SERVICE_VERSION', 'AUTOLAND_OTLP_SOCKET'] as const;

const wantsOwnVariable = wants(
  'a variable that autoland does not set itself',
  `leave it out: autoland sets ${reservedVariables.join(', ')}`,
);

export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, wantsVariable)
  .refine((name) => !reservedVariables.some((reserved) => reserved === name), wantsOwnVariable);

/** No environment can hold a NUL. */
export const variableValue = z.string(word).regex(noNul, wants('a string without NUL'));
