import contentType from 'content-type';
import { ShopError } from './shop-error.js';

const LARGEST_BYTES = 16 * 1024;

/** The fields of a posted form. Throws ShopError 400, 413 or 415. */
export async function readForm(request) {
  if (typeOf(request) !== 'application/x-www-form-urlencoded') throw new ShopError(415);
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw new ShopError(413);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function typeOf(request) {
  try {
    return contentType.parse(request).type;
  } catch {
    throw new ShopError(400);
  }
}
