/** This machine, by a name that can mean nothing else; as a URL has it. */
export const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const longest = 2_000;

/** Why nothing may be sent to this URL; undefined: it may, as far as the URL tells. The URL itself is not in the answer. */
export function urlObstacle(text: string): string | undefined {
  const url = text.length <= longest && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'it is no URL';
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return `its scheme is ${url.protocol.slice(0, -1)}, not https`;
  return loopbackHosts.has(url.hostname)
    ? undefined
    : 'it is http to another machine, where anybody on the way can read it';
}
