/** The cookies of many users of one host: names and values only, and a cookie set to end is forgotten. */
export class CookieJars {
  readonly #jars = new Map<number, Map<string, string>>();

  /** The `cookie` header; undefined: the user has none. */
  header(user: number): string | undefined {
    const jar = this.#jars.get(user);
    if (jar === undefined || jar.size === 0) return undefined;
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Takes in `set-cookie` headers; what is not a cookie is left out. */
  store(user: number, setCookies: readonly string[]): void {
    for (const text of setCookies) {
      const [pair = '', ...attributes] = text.split(';');
      const at = pair.indexOf('=');
      if (at <= 0) continue;
      const jar = this.#jars.get(user) ?? new Map<string, string>();
      this.#jars.set(user, jar);
      const name = pair.slice(0, at).trim();
      if (attributes.some((attribute) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(attribute))) jar.delete(name);
      else jar.set(name, pair.slice(at + 1).trim());
    }
  }
}
