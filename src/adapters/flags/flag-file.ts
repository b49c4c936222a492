import { codeFlagName } from '../../domain/code-flag.ts';
import { AutolandError } from '../../domain/errors.ts';
import { readIfThere } from '../runtime/files.ts';

/** https://flagd.dev/reference/flag-definitions/ ; "on" is the first bucket, so a ramp only adds users. */
const SCHEMA = 'https://flagd.dev/schema/v0/flags.json';

/** Weights are kept in this many parts: 0.01 % is the smallest step. */
export const PARTS = 10_000;

/** One flag as it stands in the file, before tombstones. */
export type StoredFlag = {
  readonly key: string;
  readonly parts: number;
  readonly version: number;
  /** Absent: a traffic flag. */
  readonly code?: string;
};

/** Everybody has it: what production runs, and no exposure any more. */
export function isStanding({ code, parts }: StoredFlag): boolean {
  return code !== undefined && parts === PARTS;
}

/** A flag of flagd's schema. */
export type FlagDefinition = {
  readonly state: 'ENABLED';
  readonly variants: { readonly on: true; readonly off: false };
  readonly defaultVariant: 'off';
  readonly targeting: { readonly fractional: readonly [readonly ['on', number], readonly ['off', number]] };
  readonly metadata: { readonly version: number; readonly code?: string };
};

export function flagDefinition(flag: StoredFlag): FlagDefinition {
  return {
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting: {
      fractional: [
        ['on', flag.parts],
        ['off', PARTS - flag.parts],
      ],
    },
    metadata: { version: flag.version, ...(flag.code === undefined ? {} : { code: flag.code }) },
  };
}

/**
 * The same flag under its name in the code: whoever gets it by its key gets it by its name. flagd takes key and targeting key together
 * for the bucket, so the key is named instead of the name; without a targeting key nobody is in a bucket.
 */
export function codeDefinition({
  key,
  parts,
  version,
}: StoredFlag): Omit<FlagDefinition, 'targeting'> & { readonly targeting: object } {
  const { targeting, ...rest } = flagDefinition({ key, parts, version });
  const user = { var: 'targetingKey' };
  return {
    ...rest,
    targeting: { if: [user, { fractional: [{ cat: [key, user] }, ...targeting.fractional] }, 'off'] },
  };
}

export function encodeFlags(flags: ReadonlyMap<string, StoredFlag>): string {
  const definitions = [...flags.values()].map((flag) => [flag.key, flagDefinition(flag)] as const);
  return `${JSON.stringify({ $schema: SCHEMA, flags: Object.fromEntries(definitions) }, undefined, 2)}\n`;
}

/** Rejects with `state.corrupt` unless every flag is one that this file's writer could have written. */
export function readFlagFile(path: string): Map<string, StoredFlag> {
  try {
    const text = readIfThere(path);
    return text === undefined ? new Map() : parseFlags(text);
  } catch (cause) {
    throw new AutolandError('state.corrupt', `${path} must hold flags in flagd's schema: ${String(cause)}`, {
      mend: 'every flag counts as off. Look at the file; removing it closes all flags for good.',
      cause,
    });
  }
}

function parseFlags(text: string): Map<string, StoredFlag> {
  const flags = field(JSON.parse(text), 'flags');
  if (typeof flags !== 'object' || flags === null || Array.isArray(flags))
    throw new Error('no "flags" object');
  return new Map(Object.entries(flags).map(([key, value]) => [key, parseFlag(key, value)]));
}

function parseFlag(key: string, value: unknown): StoredFlag {
  const version = field(field(value, 'metadata'), 'version');
  const parts = field(field(field(field(value, 'targeting'), 'fractional'), '0'), '1');
  if (!isCount(version) || version < 1) throw new Error(`flag ${key} has no version`);
  if (!isCount(parts) || parts > PARTS) throw new Error(`flag ${key} has no weight of 0 to ${PARTS}`);
  const code = field(field(value, 'metadata'), 'code');
  if (code !== undefined && !(typeof code === 'string' && codeFlagName.test(code)))
    throw new Error(`flag ${key} has no name in the code`);
  const flag = { key, parts, version, ...(code === undefined ? {} : { code }) };
  // Anything beyond the one shape that is written here would be evaluated in a way nobody decided on.
  if (canonical(value) !== canonical(flagDefinition(flag))) throw new Error(`flag ${key} has another shape`);
  return flag;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Rejects with `usage` a weight that the file cannot hold exactly: the coin must show what the tally says. */
export function toParts(weight: number): number {
  const parts = Math.round(weight * PARTS);
  if (weight >= 0 && weight <= 1 && Math.abs(weight * PARTS - parts) < 1e-6) return parts;
  throw new AutolandError(
    'usage',
    `a flag's weight must be a whole multiple of 1/${PARTS} from 0 to 1, found ${weight}`,
  );
}
