import { createServer } from 'node:http';
import { StockUnavailable } from '@storefront/stock';
import { catalogue } from './catalogue.js';
import { readForm } from './form.js';
import { ArchiveClosed } from './letters.js';
import { pages } from './pages.js';
import { sendFile, sendPage } from './respond.js';
import { ShopError } from './shop-error.js';
import { staticFiles } from './static-files.js';

const routes = [
  ['GET', '/', pages.home],
  ['GET', '/product/:slug', pages.product],
  ['GET', '/product/:slug/letters', pages.letters],
  ['GET', '/search', pages.search],
  ['GET', '/basket', pages.basket],
  ['POST', '/basket', pages.changeBasket],
  ['GET', '/checkout', pages.checkout],
  ['POST', '/checkout', pages.order],
  ['GET', '/thanks', pages.thanks],
  ['GET', '/healthz', () => ({ status: 200, json: { status: 'ok' } })],
].map(([method, route, handle]) => ({ method, route, handle, pattern: patternOf(route) }));

/**
 * The shop as an HTTP server that does not listen yet. `stock`: a pool of @storefront/stock.
 * `record` is told of each answered request: {method, route, status, seconds, error}.
 */
export function createShop({ stock, record = () => {} }) {
  return createServer((request, response) => {
    const startedAt = performance.now();
    const seen = { method: request.method, route: undefined, error: undefined };
    response.on('close', () => {
      const error = seen.error ?? (response.writableFinished ? undefined : 'aborted');
      record({
        ...seen,
        error,
        status: response.statusCode,
        seconds: (performance.now() - startedAt) / 1000,
      });
    });
    answer(request, response, { stock, seen }).catch((error) => response.destroy(error));
  });
}

async function answer(request, response, { stock, seen }) {
  const url = new URL(request.url, 'http://shop');
  const file = staticFiles.get(url.pathname);
  if (file && (request.method === 'GET' || request.method === 'HEAD')) {
    seen.route = url.pathname.startsWith('/art/') ? '/art/:file' : '/assets/:file';
    sendFile(request, response, file);
    return;
  }
  sendPage(request, response, await pageOf(request, url, { stock, seen }));
}

async function pageOf(request, url, { stock, seen }) {
  try {
    const { route, params } = findRoute(request.method, url.pathname);
    seen.route = route.route;
    const form = request.method === 'POST' ? await readForm(request) : undefined;
    return await route.handle({
      params,
      form,
      query: url.searchParams,
      cookies: request.headers.cookie,
      stock,
      catalogue,
    });
  } catch (error) {
    const page = pages.failure(statusOf(error));
    if (page.status >= 500) seen.error = error.name;
    if (page.status === 500) console.error(error);
    return page;
  }
}

function findRoute(method, path) {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const matches = routes.flatMap((route) => {
    const match = route.pattern.exec(path);
    return match ? [{ route, params: match.groups ?? {} }] : [];
  });
  if (matches.length === 0) throw new ShopError(404);
  const found = matches.find(({ route }) => route.method === wanted);
  if (!found) throw new ShopError(405);
  return found;
}

function patternOf(route) {
  return new RegExp(`^${route.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function statusOf(error) {
  if (error instanceof ShopError) return error.status;
  if (error instanceof StockUnavailable || error instanceof ArchiveClosed) return 503;
  return 500;
}
