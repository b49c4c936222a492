const oldest = 24;

/** What is wrong with a Node of that version; undefined: it can run autoland. */
export function faultOfNode(version: string): string | undefined {
  return Number.parseInt(version, 10) >= oldest
    ? undefined
    : `expected Node.js ${oldest} or later, found ${version}`;
}
