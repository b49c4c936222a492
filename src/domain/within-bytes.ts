/** As many of the first as fit into so many bytes of JSON: an entry of the journal is bounded. */
export function withinBytes<T>(items: readonly T[], most: number): T[] {
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > most;
  });
  return items.slice(0, end === -1 ? undefined : end);
}
