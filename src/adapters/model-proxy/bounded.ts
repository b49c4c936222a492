import { malformed } from '../model/wire-fault.ts';

/** Throws a WireFault once it is longer than that. */
export async function* bounded(body: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw malformed(`its answer is longer than ${most} bytes`);
    yield chunk;
  }
}
