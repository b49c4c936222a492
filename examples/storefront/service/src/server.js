import { fileURLToPath } from 'node:url';
import { createPool } from '@storefront/stock';
import { createShop } from './app.js';
import { startTelemetry } from './telemetry.js';

const {
  PORT = '3000',
  HOST = '127.0.0.1',
  STOCK_FILE,
  AUTOLAND_OTLP_SOCKET,
  SERVICE_NAME,
  SERVICE_VERSION,
} = process.env;

const stock = createPool({
  file: STOCK_FILE ?? fileURLToPath(new URL('../data/stock.txt', import.meta.url)),
  max: 10,
});
const telemetry = startTelemetry({
  socketPath: AUTOLAND_OTLP_SOCKET,
  serviceName: SERVICE_NAME ?? 'nimbus-and-daughters',
  serviceVersion: SERVICE_VERSION ?? '1.0.0',
});
const shop = createShop({ stock, record: telemetry.record });
// Longer than any proxy in front keeps an idle connection: the side that sends must be the one that closes.
shop.keepAliveTimeout = 65_000;

shop.listen(/^\d+$/.test(PORT) ? { port: Number(PORT), host: HOST } : { path: PORT }, () => {
  console.log(
    `Nimbus & Daughters are open on ${/^\d+$/.test(PORT) ? `http://${HOST}:${shop.address().port}/` : PORT}`,
  );
});

let closing = false;
function close() {
  if (closing) return;
  closing = true;
  // Answers under way go out; each then ends its connection instead of keeping it.
  shop.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  const sweep = setInterval(() => shop.closeIdleConnections(), 50);
  shop.close(async () => {
    clearInterval(sweep);
    await telemetry.shutdown();
    await stock.close();
  });
}
process.once('SIGTERM', close);
process.once('SIGINT', close);
