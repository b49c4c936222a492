import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import mime from 'mime';
import { catalogue } from './catalogue.js';
import { drawJar } from './jar.js';

const folder = new URL('../public/', import.meta.url);

/** Everything that never changes while the service runs, by path: read and drawn once. */
export const staticFiles = new Map([
  ...readdirSync(folder).map((file) => [`/assets/${file}`, entry(file, readFileSync(new URL(file, folder)))]),
  ...catalogue.all().map((product, index) => {
    const file = `${product.slug}.svg`;
    return [`/art/${file}`, entry(file, Buffer.from(drawJar(product.kind, index + 1)))];
  }),
]);

function entry(file, body) {
  const type = mime.lookup(file);
  const charset = /^text\/|svg/.test(type) ? '; charset=utf-8' : '';
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  return { body, etag, type: `${type}${charset}` };
}
