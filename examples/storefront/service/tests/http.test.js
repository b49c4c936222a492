import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from './open-shop.js';

test('the health check answers without asking anybody', async (t) => {
  const shop = await openShop(t, { stockFile: '/nowhere/stock.txt' });
  const { status, text } = await shop.get('/healthz');
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), { status: 'ok' });
});

test('style sheet and pictures have their types, and are not sent twice', async (t) => {
  const shop = await openShop(t);
  const style = await shop.get('/assets/shop.css');
  assert.equal(style.headers['content-type'], 'text/css; charset=utf-8');
  const jar = await shop.get('/art/first-snow.svg');
  assert.equal(jar.headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.match(jar.text, /^<svg /);
  assert.equal((await shop.get('/assets/shop.css', { 'if-none-match': style.headers.etag })).status, 304);
});

test('HEAD is GET without the page', async (t) => {
  const shop = await openShop(t);
  const { status, text, headers } = await shop.head('/product/first-snow');
  assert.equal(status, 200);
  assert.equal(text, '');
  assert.ok(Number(headers['content-length']) > 1000);
});

test('a form must be one, must not be huge, and only goes where it is expected', async (t) => {
  const shop = await openShop(t);
  const fields = { sku: 'MIST-01' };
  assert.equal((await shop.post('/basket', fields, { type: 'application/json' })).status, 415);
  assert.equal((await shop.post('/basket', fields, { type: ';;' })).status, 400);
  assert.equal((await shop.post('/basket', { ...fields, note: 'x'.repeat(20_000) })).status, 413);
  assert.equal((await shop.post('/search', fields)).status, 405);
  const typed = { type: 'Application/X-WWW-Form-Urlencoded; charset="utf-8"' };
  assert.equal((await shop.post('/basket', fields, typed)).status, 303);
});

test('each answer is recorded with its route, never with its address', async (t) => {
  const seen = [];
  const shop = await openShop(t, { record: (entry) => seen.push(entry) });
  await shop.get('/product/first-snow');
  await shop.get('/wp-admin.php');
  await shop.get('/product/first-snow/letters?page=9');
  while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    seen.map(({ method, route, status, error }) => ({ method, route, status, error })),
    [
      { method: 'GET', route: '/product/:slug', status: 200, error: undefined },
      { method: 'GET', route: undefined, status: 404, error: undefined },
      { method: 'GET', route: '/product/:slug/letters', status: 503, error: 'ArchiveClosed' },
    ],
  );
  assert.ok(seen.every(({ seconds }) => seconds >= 0));
});
