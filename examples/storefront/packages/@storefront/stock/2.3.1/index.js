import { open } from 'node:fs/promises';

const LARGEST_LEDGER = 64 * 1024;
/** The warehouse writes a few times a minute: a connection's last reading is as good as new for this long. */
const FRESH_MS = 250;
/** Connections are handed back together: one pass over the queue for many of them. */
const RETURN_BATCH = 16;

/** Every connection of the pool was in use for as long as the caller could wait. */
export class StockUnavailable extends Error {
  constructor(waitedMs) {
    super(`no connection to the stock ledger became free within ${waitedMs} ms`);
    this.name = 'StockUnavailable';
  }
}

/** One open handle on the ledger, which the warehouse rewrites in place: one `sku level` a line. */
class Connection {
  #handle;
  #buffer = Buffer.allocUnsafe(LARGEST_LEDGER);
  #levels = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(handle) {
    this.#handle = handle;
  }

  /** Units on the shelf, by sku. */
  async levels() {
    const now = performance.now();
    if (now - this.#readAt > FRESH_MS) {
      this.#levels = await this.#read();
      this.#readAt = now;
    }
    return this.#levels;
  }

  close() {
    return this.#handle.close();
  }

  async #read() {
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, 0);
    const levels = new Map();
    for (const line of this.#buffer.toString('latin1', 0, bytesRead).split('\n')) {
      const [sku, level] = line.split(/\s+/);
      if (sku) levels.set(sku, Number(level));
    }
    return levels;
  }
}

/** At most `max` connections, opened when first needed and used again and again. */
class StockPool {
  #file;
  #max;
  #acquireTimeoutMs;
  #open = new Set();
  #opening = 0;
  #idle = [];
  #returned = [];
  #waiting = [];

  constructor({ file, max = 10, acquireTimeoutMs = 200 }) {
    this.#file = file;
    this.#max = max;
    this.#acquireTimeoutMs = acquireTimeoutMs;
  }

  /** Runs `work` with a connection and hands the connection back, whatever happens. */
  async use(work) {
    const connection = await this.acquire();
    try {
      return await work(connection);
    } finally {
      this.release(connection);
    }
  }

  /** Rejects with StockUnavailable when none becomes free in time. */
  async acquire() {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#open.size + this.#opening < this.#max) return this.#connect();
    return this.#wait();
  }

  release(connection) {
    this.#returned.push(connection);
    if (this.#returned.length < RETURN_BATCH) return;
    const served = this.#waiting.splice(0, this.#returned.length);
    for (const waiter of served) waiter.resolve(this.#returned.pop());
    this.#idle.push(...this.#returned.splice(0));
  }

  async close() {
    const open = [...this.#open];
    this.#open.clear();
    this.#idle = [];
    this.#returned = [];
    await Promise.all(open.map((connection) => connection.close()));
  }

  async #connect() {
    this.#opening += 1;
    try {
      const connection = new Connection(await open(this.#file, 'r'));
      this.#open.add(connection);
      return connection;
    } finally {
      this.#opening -= 1;
    }
  }

  #wait() {
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(new StockUnavailable(this.#acquireTimeoutMs));
      }, this.#acquireTimeoutMs);
      this.#waiting.push(waiter);
    });
  }
}

export function createPool(options) {
  return new StockPool(options);
}
