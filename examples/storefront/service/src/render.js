import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ejs from 'ejs';

const folder = new URL('../views/', import.meta.url);
const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
const helpers = { price: (cents) => euros.format(cents / 100), shelf };

const views = new Map(
  readdirSync(folder).map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return [
      basename(file, '.ejs'),
      ejs.compile(text, { _with: false, localsName: 'it', rmWhitespace: true }),
    ];
  }),
);

/** A whole page: the view inside the layout. */
export function renderPage(view, { title, basketCount = 0, query = '', ...data }) {
  const body = renderPart(view, { ...data, query });
  return renderPart('layout', { title, basketCount, query, body });
}

function renderPart(view, data) {
  return views.get(view)({ ...helpers, ...data, part: renderPart });
}

/** What a label on the shelf says about the units left. */
function shelf(units) {
  if (units <= 0) return { text: 'Sold out: the sky is working on it', className: 'none' };
  if (units < 10) return { text: `Only ${units} left on the shelf`, className: 'few' };
  return { text: 'On the shelf', className: 'plenty' };
}
