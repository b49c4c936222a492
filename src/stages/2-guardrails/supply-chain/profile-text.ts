import { z } from 'zod';
import { markKinds } from './mark.ts';
import type { PackageProfile } from './profile.ts';

/** Another number whenever the same tarball would get another profile: rules, kinds of marks, or this form. */
const form = 3;

const texts = z.array(z.string());
const profileSchema = z.strictObject({
  form: z.literal(form),
  manifest: z.strictObject({
    license: z.string(),
    node: z.string().nullable(),
    exports: texts,
    bins: texts,
    entries: texts,
    name: z.string(),
    named: texts,
    pages: texts,
    runsAtInstallation: z.boolean(),
    dependencies: z.array(z.tuple([z.string(), z.string()])),
  }),
  marks: z.array(
    z.strictObject({
      kind: z.enum(markKinds),
      what: z.string(),
      path: z.string(),
      line: z.int().min(0),
      quote: z.string(),
    }),
  ),
  idle: texts.nullable(),
  inner: texts,
});

export function writeProfile({ manifest, marks, idle, inner }: PackageProfile): string {
  const { dependencies, node, ...rest } = manifest;
  const plain = { ...rest, node: node ?? null, dependencies: [...dependencies] };
  return JSON.stringify({ form, manifest: plain, marks, idle: idle ?? null, inner });
}

/** undefined: it is none, or one of another form. */
export function readProfile(text: string | undefined): PackageProfile | undefined {
  try {
    const { manifest, marks, idle, inner } = profileSchema.parse(JSON.parse(text ?? ''));
    const { node, dependencies, ...rest } = manifest;
    const whole = { ...rest, node: node ?? undefined, dependencies: new Map(dependencies) };
    return { manifest: whole, marks, idle: idle ?? undefined, inner };
  } catch {
    return undefined;
  }
}
