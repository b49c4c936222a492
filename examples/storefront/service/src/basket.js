import cookie from 'cookie';

const NAME = 'basket';
const MOST_LINES = 12;
const MOST_OF_ONE = 9;

/** The basket travels in a cookie, `SKU.2~SKU.1`: quantities by sku. What cannot be read is left out. */
export function readBasket(cookieHeader) {
  const basket = new Map();
  const value = cookie.parse(cookieHeader ?? '')[NAME] ?? '';
  for (const part of value.split('~').slice(0, MOST_LINES)) {
    const [sku, quantity] = part.split('.');
    const units = clamp(Number.parseInt(quantity ?? '', 10));
    if (sku && units > 0) basket.set(sku, units);
  }
  return basket;
}

/** A new basket with that many more (or fewer) of a sku, never more than `most`. */
export function change(basket, sku, { by, most }) {
  const changed = new Map(basket);
  const units = Math.min(clamp((changed.get(sku) ?? 0) + by), most);
  if (units > 0) changed.set(sku, units);
  else changed.delete(sku);
  return changed;
}

export function basketCookie(basket) {
  const value = [...basket].map(([sku, units]) => `${sku}.${units}`).join('~');
  return cookie.serialize(NAME, value, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: basket.size === 0 ? 0 : 7 * 24 * 3600,
  });
}

/** The basket as lines to show, without what the shop does not sell (any more). */
export function linesOf(basket, catalogue) {
  return [...basket].flatMap(([sku, units]) => {
    const product = catalogue.bySku(sku);
    return product ? [{ product, units, cents: units * product.priceCents }] : [];
  });
}

export function totalOf(lines) {
  return lines.reduce((sum, line) => sum + line.cents, 0);
}

function clamp(units) {
  return Number.isFinite(units) ? Math.min(Math.max(units, 0), MOST_OF_ONE) : 0;
}
