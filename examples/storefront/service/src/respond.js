import contentType from 'content-type';

const HTML = contentType.format({ type: 'text/html', parameters: { charset: 'utf-8' } });
const JSON_TYPE = contentType.format({ type: 'application/json' });
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/** Sends what a page handler answered: {status, html | json | location, headers}. */
export function sendPage(request, response, { status, html, json, location, headers = {} }) {
  const text = json === undefined ? (html ?? '') : JSON.stringify(json);
  response.writeHead(status, {
    ...SECURITY,
    'content-type': json === undefined ? HTML : JSON_TYPE,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(location === undefined ? {} : { location }),
    // An unread body must not be taken for the next request.
    ...(request.complete || request.method === 'GET' ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

export function sendFile(request, response, { body, etag, type }) {
  const headers = { ...SECURITY, etag, 'cache-control': 'public, max-age=300' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
