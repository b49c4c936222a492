import { AsyncLocalStorage } from 'node:async_hooks';

/*
 * For services: plain JavaScript, because Node strips no types below node_modules. Its types are in code-flags.d.ts.
 */

/** What autoland's router says of the user behind a request: the names that are on, as `NAME, NAME`. */
export const flagsHeader = 'x-autoland-flags';

/** An OpenFeature provider that answers what the router has told of the request at hand; beside a request everything is off. */
export function codeFlags() {
  return new CodeFlags();
}

class CodeFlags {
  metadata = { name: 'autoland-code-flags' };
  runsOn = 'server';
  #requests = new AsyncLocalStorage();

  isOn(key) {
    return this.#requests.getStore()?.has(key) === true;
  }

  async resolveBooleanEvaluation(flagKey) {
    const value = this.isOn(flagKey);
    return { value, variant: value ? 'on' : 'off', reason: 'TARGETING_MATCH' };
  }

  async resolveStringEvaluation(_flagKey, defaultValue) {
    return notBoolean(defaultValue);
  }

  async resolveNumberEvaluation(_flagKey, defaultValue) {
    return notBoolean(defaultValue);
  }

  async resolveObjectEvaluation(_flagKey, defaultValue) {
    return notBoolean(defaultValue);
  }

  node(listener) {
    return (request, response) =>
      this.#within(request.headers[flagsHeader], () => listener(request, response));
  }

  express() {
    return (request, _response, next) => this.#within(request.headers[flagsHeader], next);
  }

  hono() {
    return (context, next) => this.#within(context.req.header(flagsHeader), next);
  }

  #within(header, next) {
    const names = String(header ?? '').split(',');
    return this.#requests.run(new Set(names.map((name) => name.trim())), next);
  }
}

function notBoolean(value) {
  return {
    value,
    reason: 'ERROR',
    errorCode: 'TYPE_MISMATCH',
    errorMessage: 'expected a boolean flag: one in the code is on or off',
  };
}
