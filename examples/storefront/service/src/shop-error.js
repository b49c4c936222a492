/** A request that the shop turns down with a page of its own. */
export class ShopError extends Error {
  constructor(status) {
    super(`answered with ${status}`);
    this.name = 'ShopError';
    this.status = status;
  }
}
