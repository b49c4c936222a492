/** Answers what works. */
export type Check = { readonly name: string; readonly look: () => Promise<string | Missing> };

/** Not set up yet, which may be right. */
export type Missing = { readonly missing: string; readonly mend: string };

/** Nobody knows what is wanted: that is not the same as nothing. */
export const unreadable: Missing = {
  missing: 'not known, since the configuration cannot be read',
  mend: 'see configuration, above',
};
