import { z } from 'zod';

const digest = z.string().max(100);
/** What is listed is remembered: by its name, or not at all. */
const listedDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** `flags`: names in the code that are on for all who get the version. */
const split = z.strictObject({ digest, flags: z.array(z.string().max(200)).max(1000).default([]) });
const instances = z.array(z.strictObject({ address: z.string().max(300) })).max(64);

/** What each command answers on standard output: one JSON object, and no key that is not known. */
export const answers = {
  /** `failed`: the version itself does not run; everything else that goes wrong is an exit code. */
  deploy: z.union([
    z.strictObject({ digest, instances: instances.min(1) }),
    z.strictObject({ digest, failed: z.string().max(100_000) }),
  ]),
  status: z.strictObject({ versions: z.array(z.strictObject({ digest: listedDigest, instances })).max(100) }),
  stop: z.strictObject({ digest }),
  ramp: z.strictObject({
    sequence: z.number(),
    nonce: z.string().max(200).nullable(),
    weight: z.number(),
    stable: split,
    candidate: split.nullable(),
  }),
} as const;

export type CommandName = keyof typeof answers;
export type Answer<Name extends CommandName> = z.output<(typeof answers)[Name]>;

/** What stands in the message where an answer is not as it must be. */
export const shapes: Readonly<Record<CommandName, string>> = {
  deploy: '{"digest": "sha256:…", "instances": [{"address": "http://HOST:PORT"}]}',
  status: '{"versions": [{"digest": "sha256:…", "instances": [{"address": "http://HOST:PORT"}]}]}',
  stop: '{"digest": "sha256:…"}',
  ramp: '{"sequence": …, "nonce": "…", "weight": 0.01, "stable": {"digest": "sha256:…"}, "candidate": {"digest": "sha256:…"}}',
};
