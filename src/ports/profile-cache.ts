/**
 * Keeps texts that were made from a tarball, by the tarball's sha512 in the form of Subresource Integrity. It may forget
 * anything at any time. MUST be bounded, MUST answer undefined for what is damaged, and MUST lie where neither a sandbox
 * nor a change under test can write: what it answers is believed. MUST NOT reject.
 */
export interface ProfileCache {
  get(integrity: string): Promise<string | undefined>;
  put(integrity: string, text: string): Promise<void>;
}
