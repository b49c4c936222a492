import { z } from 'zod';
import type { Publisher } from '../../domain/npm/package-proofs.ts';
import { type Packument, type PackumentVersion, publishedAt } from '../registry/packument.ts';
import type { Signed } from './signature.ts';

/** What a packument says beside a version's manifest. Fields that are not of their form count as absent, unless noted. */
export type Served = {
  readonly signed: Signed;
  readonly attested: boolean;
  readonly publisher: Publisher | undefined;
  readonly maintainers: readonly string[] | undefined;
  readonly publishers: readonly string[];
  readonly repository: string | undefined;
};

const text = z.string().min(1).max(500);
const signatures = z.array(z.looseObject({ keyid: text, sig: text })).max(20);
const person = z.union([z.looseObject({ name: text }), text.transform((name) => ({ name }))]);
const npmUser = z.looseObject({
  name: text,
  trustedPublisher: z.looseObject({ id: text }).optional(),
});
const repository = z.union([z.looseObject({ url: text }).transform(({ url }) => url), text]);

export function readServed(packument: Packument, entry: PackumentVersion): Served {
  const { name, version, dist } = entry;
  const own = signatures.safeParse(dist.signatures ?? []);
  const time = publishedAt(packument, version);
  return {
    signed: {
      name,
      version,
      integrity: dist.integrity,
      publishedAt: time,
      signatures: own.success ? own.data : undefined,
    },
    attested: dist.attestations !== undefined && dist.attestations !== null,
    publisher: publisherOf(entry),
    maintainers: read(z.array(person), entry.maintainers)?.map((one) => one.name),
    publishers: publishersUntil(packument, time),
    repository: read(repository, entry.repository),
  };
}

function publisherOf(entry: PackumentVersion): Publisher | undefined {
  const user = read(npmUser, entry._npmUser);
  return user === undefined ? undefined : { name: user.name, trustedBy: user.trustedPublisher?.id };
}

/** Of whom nothing else is known by then: without a time, nobody. */
function publishersUntil(packument: Packument, time: string | undefined): readonly string[] {
  if (time === undefined) return [];
  const names = Object.values(packument.versions).flatMap((entry) => {
    const at = publishedAt(packument, entry.version);
    const publisher = at !== undefined && at <= time ? publisherOf(entry) : undefined;
    return publisher === undefined ? [] : [publisher.name];
  });
  return [...new Set(names)];
}

function read<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
