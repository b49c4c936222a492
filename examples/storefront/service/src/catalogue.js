import { readFileSync } from 'node:fs';

const products = JSON.parse(readFileSync(new URL('../data/catalogue.json', import.meta.url), 'utf8'));
const bySlug = new Map(products.map((product) => [product.slug, product]));
const bySku = new Map(products.map((product) => [product.sku, product]));
const haystacks = products.map((product) => ({
  product,
  text: [product.name, product.tagline, product.story, product.goesWith, product.kind]
    .join(' ')
    .toLowerCase(),
}));

export const catalogue = {
  all: () => products,
  bySlug: (slug) => bySlug.get(slug),
  bySku: (sku) => bySku.get(sku),
  /** Products whose text holds every word; [] for no words. */
  search(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    return haystacks
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map(({ product }) => product);
  },
};
