import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop } from './open-shop.js';

test('the home page shows every jar with its price and what is left of it', async (t) => {
  const shop = await openShop(t);
  const { status, text, headers } = await shop.get('/');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(text.match(/<li class="card">/g).length, 12);
  assert.match(text, /Morning Mist[\s\S]*€14\.50/);
  assert.match(text, /Only 3 left on the shelf/);
  assert.match(text, /Sold out/);
});

test('a jar has a page of its own, with a way into the basket', async (t) => {
  const shop = await openShop(t);
  const { status, text } = await shop.get('/product/first-snow');
  assert.equal(status, 200);
  assert.match(text, /<h1>First Snow<\/h1>/);
  assert.match(text, /name="sku" value="SNOW-02"/);
});

test('a jar that is sold out cannot be put into the basket', async (t) => {
  const shop = await openShop(t);
  const { text } = await shop.get('/product/dog-day-heat');
  assert.doesNotMatch(text, /Put it in the basket/);
  assert.equal((await shop.post('/basket', { sku: 'HEAT-12' })).status, 409);
});

test('a jar that is gone answers 404 with a page', async (t) => {
  const shop = await openShop(t);
  const { status, text } = await shop.get('/product/pocket-eclipse');
  assert.equal(status, 404);
  assert.match(text, /Blown away/);
});

test('search finds words in names and stories, in any order and case', async (t) => {
  const shop = await openShop(t);
  const { text } = await shop.get('/search?q=STAR%20moor');
  assert.equal(text.match(/<li class="card">/g).length, 1);
  assert.match(text, /Clear Night/);
});

test('search shows what was asked without trusting it', async (t) => {
  const shop = await openShop(t);
  const { status, text } = await shop.get('/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E');
  assert.equal(status, 200);
  assert.doesNotMatch(text, /<script>/);
  assert.match(text, /&lt;script&gt;/);
});

test('letters come page by page, until the cellar archive', async (t) => {
  const shop = await openShop(t);
  const first = await shop.get('/product/first-snow/letters');
  const second = await shop.get('/product/first-snow/letters?page=2');
  assert.match(first.text, /lighthouse keeper/);
  assert.match(second.text, /Newer letters/);
  assert.equal((await shop.get('/product/first-snow/letters?page=4')).status, 503);
  assert.equal((await shop.get('/product/first-snow/letters?page=minus')).status, 404);
});
