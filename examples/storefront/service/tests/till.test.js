import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf, openShop } from './open-shop.js';

const customer = { name: 'Ada', address: '1 Meadow Lane', card: '4242 4242 4242 4242' };

test('an empty basket says so, and the till sends back to it', async (t) => {
  const shop = await openShop(t);
  assert.match((await shop.get('/basket')).text, /Nothing in it yet/);
  const till = await shop.get('/checkout');
  assert.equal(till.status, 303);
  assert.equal(till.headers.location, '/basket');
});

test('the basket adds up', async (t) => {
  const shop = await openShop(t);
  const one = await shop.post('/basket', { sku: 'MIST-01' });
  assert.equal(one.status, 303);
  const two = await shop.post('/basket', { sku: 'SNOW-02', by: '2' }, { cookie: cookieOf(one) });
  const { text } = await shop.get('/basket', { cookie: cookieOf(two) });
  assert.match(text, /Together[\s\S]*€62\.50/);
  assert.match(text, /Basket <b>3<\/b>/);
});

test('nobody gets more than there is', async (t) => {
  const shop = await openShop(t);
  const answer = await shop.post('/basket', { sku: 'AURO-06', by: '8' });
  assert.equal(cookieOf(answer), 'basket=AURO-06.3');
});

test('taking the last one out empties the basket', async (t) => {
  const shop = await openShop(t);
  const answer = await shop.post('/basket', { sku: 'MIST-01', by: '-1' }, { cookie: 'basket=MIST-01.1' });
  assert.match(answer.headers['set-cookie'][0], /^basket=; Max-Age=0/);
});

test('paying gives an order number and empties the basket', async (t) => {
  const shop = await openShop(t);
  const paid = await shop.post('/checkout', customer, { cookie: 'basket=MIST-01.1' });
  assert.equal(paid.status, 303);
  assert.match(paid.headers.location, /^\/thanks\?order=N-\d{6}$/);
  assert.match(paid.headers['set-cookie'][0], /Max-Age=0/);
  assert.match((await shop.get(paid.headers.location)).text, /N-\d{6}/);
});

test('a declined card keeps the basket and what was typed', async (t) => {
  const shop = await openShop(t);
  const declined = { ...customer, card: '4000 0000 0000 0002' };
  const answer = await shop.post('/checkout', declined, { cookie: 'basket=MIST-01.1' });
  assert.equal(answer.status, 402);
  assert.match(answer.text, /value="Ada"/);
  assert.equal(answer.headers['set-cookie'], undefined);
});

test('a card number with a slip of the finger is caught before it is charged', async (t) => {
  const shop = await openShop(t);
  const slip = { ...customer, name: '', card: '4242 4242 4242 4241' };
  const answer = await shop.post('/checkout', slip, { cookie: 'basket=MIST-01.1' });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /Please check: name, card number/);
});

test('a basket cookie that makes no sense is an empty basket', async (t) => {
  const shop = await openShop(t);
  const { status, text } = await shop.get('/basket', { cookie: 'basket=%%%~MIST-01~x.1~SNOW-02.-4' });
  assert.equal(status, 200);
  assert.match(text, /Nothing in it yet/);
});
