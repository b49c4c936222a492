import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { readKey } from '../../model/key-file.ts';
import { answered, type Refusal } from './refusals.ts';

export type GithubPlace = {
  /** Its REST API; of GitHub Enterprise Server below /api/v3. Said by this machine, never by a repository: a token goes there. */
  readonly url: string;
  readonly tokenFile: string;
};

export type GithubLimits = {
  /** For one answer, its whole body included. */
  readonly timeoutMs: number;
  /** Of one answer. */
  readonly mostBytes: number;
};

export type Question = {
  readonly url: URL;
  /** What it is about, for people. */
  readonly about: string;
  /** JSON that is posted; absent: the URL is read. */
  readonly body?: string;
  /** Of an answer that is known already. */
  readonly etag?: string;
  readonly signal?: AbortSignal | undefined;
};

export type Answer = {
  /** undefined: nothing has changed since the ETag. */
  readonly text: string | undefined;
  readonly headers: Headers;
};

/** Asks one host as a reader, one question after the other, and never before the time that it has named. */
export class GithubExchange {
  readonly #place: GithubPlace;
  readonly #limits: GithubLimits;
  /** Monotonic. */
  #notBefore = 0;
  #why = '';
  #token = '';

  constructor(place: GithubPlace, limits: GithubLimits) {
    this.#place = place;
    this.#limits = limits;
  }

  /** Rejects as the port says, and with `key.missing` or `key.unsafe`. */
  async ask(question: Question): Promise<Answer> {
    this.#mustNotWait(question);
    const response = await this.#send(question);
    try {
      const found = answered(response, question);
      if (found !== undefined) throw await this.#refused(found, response, question);
      if (response.status === 304) return { text: undefined, headers: response.headers };
      return { text: await this.#body(response), headers: response.headers };
    } catch (thrown) {
      if (thrown instanceof AutolandError) throw thrown;
      throw this.#unreachable(question, reasonOf(thrown, this.#limits), thrown);
    } finally {
      await response.body?.cancel().catch(() => undefined);
    }
  }

  async #send({ url, body, etag, signal: asker, ...question }: Question): Promise<Response> {
    const { origin } = new URL(this.#place.url);
    if (url.origin !== origin)
      throw new AutolandError('issues.invalid', `expected ${question.about} at ${origin}, found ${url.host}`);
    this.#token = readKey(this.#place.tokenFile, 'a token that may read issues');
    const headers = {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'autoland',
      authorization: `Bearer ${this.#token}`,
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const timeout = AbortSignal.timeout(this.#limits.timeoutMs);
      const signal = asker === undefined ? timeout : AbortSignal.any([asker, timeout]);
      const how = body === undefined ? { method: 'GET' } : { method: 'POST', body };
      // The token would go along with a redirect.
      return await fetch(url, { ...how, headers, redirect: 'manual', signal });
    } catch (thrown) {
      throw this.#unreachable({ url, ...question }, reasonOf(thrown, this.#limits), thrown);
    }
  }

  async #refused(refusal: Refusal, response: Response, { url, about }: Question): Promise<AutolandError> {
    const said = await this.#body(response).catch(() => '');
    const { waitMs, why, mend } = refusal(said);
    if (waitMs > 0) this.wait(waitMs, why);
    return new AutolandError('issues.unreachable', `expected ${about} of ${url.host}, but ${why}`, { mend });
  }

  /** Also where a host says so in an answer with a good status. */
  wait(ms: number, why: string): void {
    this.#notBefore = performance.now() + ms;
    this.#why = why;
  }

  #mustNotWait({ url, about }: Question): void {
    const ms = this.#notBefore - performance.now();
    if (ms <= 0) return;
    throw new AutolandError(
      'issues.unreachable',
      `expected ${about} of ${url.host}, which wants to be left alone for ${Math.ceil(ms / 1000)} s: ${this.#why}`,
      { mend: 'wait; nothing is asked before' },
    );
  }

  async #body(response: Response): Promise<string> {
    const { mostBytes } = this.#limits;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > mostBytes)
        throw new AutolandError('issues.invalid', `expected at most ${mostBytes} bytes, found more`);
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    // What comes goes into journals, terminals and sandboxes.
    if (this.#token !== '' && unescaped(text).includes(this.#token))
      throw new AutolandError('issues.invalid', 'expected an answer without the token, found it there');
    return text;
  }

  #unreachable({ url, about }: Pick<Question, 'url' | 'about'>, why: string, cause: unknown): AutolandError {
    return new AutolandError('issues.unreachable', `expected ${about} of ${url.host}, but ${why}`, {
      mend: 'see that url in issues.yaml opens; behind a company proxy set NODE_USE_SYSTEM_CA=1 or NODE_USE_ENV_PROXY=1',
      cause,
    });
  }
}

/** As JSON may write letters. */
function unescaped(text: string): string {
  return text.replaceAll(/\\u00([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function reasonOf(thrown: unknown, { timeoutMs }: GithubLimits): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return `nothing whole came within ${timeoutMs} ms`;
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return messageOf(cause);
}
