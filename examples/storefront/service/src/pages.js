import { basketCookie, change, linesOf, readBasket, totalOf } from './basket.js';
import { lettersPage } from './letters.js';
import { charge, looksLikeCard, PaymentDeclined } from './payments.js';
import { renderPage } from './render.js';
import { ShopError } from './shop-error.js';

const failures = {
  404: ['Blown away', 'There is nothing at this address. It may have drifted off; small weathers do.'],
  409: ['Sold out', 'The last jar has just left the shelf. The sky is working on it.'],
  503: ['Back in a moment', 'Somebody downstairs is not answering. Please knock again shortly.'],
};

const page = (status, view, data, headers) => ({ status, html: renderPage(view, data), headers });
const redirect = (location, headers) => ({ status: 303, location, headers });
const levelsOf = (stock) => stock.use((connection) => connection.levels());
const countOf = (basket) => [...basket.values()].reduce((sum, units) => sum + units, 0);

/** One handler a route: takes {params, form, query, cookies, stock, catalogue}, answers what `sendPage` sends. */
export const pages = {
  async home({ cookies, stock, catalogue }) {
    const levels = await levelsOf(stock);
    const basketCount = countOf(readBasket(cookies));
    return page(200, 'home', { title: undefined, basketCount, products: catalogue.all(), levels });
  },

  async product({ params, cookies, stock, catalogue }) {
    const product = catalogue.bySlug(params.slug);
    if (!product) throw new ShopError(404);
    const levels = await levelsOf(stock);
    const others = catalogue.all().filter((other) => other !== product);
    const start = catalogue.all().indexOf(product);
    const near = [0, 1, 2].map((step) => others[(start + step) % others.length]);
    const basketCount = countOf(readBasket(cookies));
    return page(200, 'product', { title: product.name, basketCount, product, near, levels });
  },

  letters({ params, query, cookies, catalogue }) {
    const product = catalogue.bySlug(params.slug);
    const number = Number(query.get('page') ?? 1);
    if (!product || !Number.isInteger(number) || number < 1) throw new ShopError(404);
    const basketCount = countOf(readBasket(cookies));
    return page(200, 'letters', { title: 'Letters', basketCount, product, ...lettersPage(number) });
  },

  async search({ query, cookies, stock, catalogue }) {
    const words = (query.get('q') ?? '').slice(0, 80);
    const levels = await levelsOf(stock);
    const basketCount = countOf(readBasket(cookies));
    return page(200, 'search', {
      title: 'Search',
      basketCount,
      query: words,
      products: catalogue.search(words),
      levels,
    });
  },

  async basket({ cookies, stock, catalogue }) {
    const basket = readBasket(cookies);
    const lines = linesOf(basket, catalogue);
    const levels = await levelsOf(stock);
    return page(200, 'basket', {
      title: 'Basket',
      basketCount: countOf(basket),
      lines,
      total: totalOf(lines),
      levels,
    });
  },

  async changeBasket({ form, cookies, stock, catalogue }) {
    const sku = form.get('sku') ?? '';
    const by = Number(form.get('by') ?? 1);
    if (!catalogue.bySku(sku)) throw new ShopError(404);
    if (!Number.isInteger(by)) throw new ShopError(400);
    const most = (await levelsOf(stock)).get(sku) ?? 0;
    if (by > 0 && most === 0) throw new ShopError(409);
    return redirect('/basket', {
      'set-cookie': basketCookie(change(readBasket(cookies), sku, { by, most })),
    });
  },

  async checkout({ cookies, catalogue }) {
    const basket = readBasket(cookies);
    const lines = linesOf(basket, catalogue);
    if (lines.length === 0) return redirect('/basket');
    return checkoutPage(200, { basket, lines });
  },

  async order({ form, cookies, stock, catalogue }) {
    const basket = readBasket(cookies);
    const lines = linesOf(basket, catalogue);
    if (lines.length === 0) return redirect('/basket');
    const values = Object.fromEntries(
      ['name', 'address', 'card'].map((field) => [field, (form.get(field) ?? '').trim()]),
    );
    const missing = missingFields(values);
    if (missing.length > 0)
      return checkoutPage(422, { basket, lines, values, problem: `Please check: ${missing.join(', ')}.` });
    const levels = await levelsOf(stock);
    if (lines.some(({ product, units }) => !(levels.get(product.sku) >= units))) throw new ShopError(409);
    return pay({ basket, lines, values });
  },

  thanks({ query, cookies }) {
    const order = /^N-\d{6}$/.exec(query.get('order') ?? '')?.[0];
    if (!order) throw new ShopError(404);
    return page(200, 'thanks', { title: 'Thank you', basketCount: countOf(readBasket(cookies)), order });
  },

  failure(status) {
    const [heading, text] = failures[status] ?? ['Bad weather', 'That did not work, and it is not you.'];
    return page(status, 'failure', { title: heading, heading, text, status });
  },
};

async function pay({ basket, lines, values }) {
  try {
    const order = await charge({ card: values.card, cents: totalOf(lines) });
    return redirect(`/thanks?order=${order}`, { 'set-cookie': basketCookie(new Map()) });
  } catch (error) {
    if (!(error instanceof PaymentDeclined)) throw error;
    const problem = 'Your card was declined. It happens to the best of clouds: try another.';
    return checkoutPage(402, { basket, lines, values, problem });
  }
}

function missingFields({ name, address, card }) {
  return [!name && 'name', !address && 'address', !looksLikeCard(card) && 'card number'].filter(Boolean);
}

function checkoutPage(status, { basket, lines, values = {}, problem }) {
  const basketCount = countOf(basket);
  return page(status, 'checkout', {
    title: 'Checkout',
    basketCount,
    lines,
    total: totalOf(lines),
    values,
    problem,
  });
}
