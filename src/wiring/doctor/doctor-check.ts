/** Answers what works. */
export type Check = { readonly name: string; readonly look: () => Promise<string | Missing> };

/** Not set up yet, which may be right. */
export type Missing = { readonly missing: string; readonly mend: string };
