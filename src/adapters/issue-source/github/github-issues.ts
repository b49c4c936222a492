import { z } from 'zod';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import type { Issue, IssueList, IssueRef } from '../../../domain/issue.ts';
import { printable } from '../../../domain/printable.ts';
import type { IssueSource } from '../../../ports/issue-source.ts';
import { issueQuery, readIssue, readList } from './answers.ts';
import {
  type Answer,
  GithubExchange,
  type GithubLimits,
  type GithubPlace,
  type Question,
} from './exchange.ts';

export type GithubOptions = GithubPlace & {
  /** `owner/name`. */
  readonly repository: string;
  readonly limits?: Partial<GithubLimits>;
};

const usualLimits: GithubLimits = { timeoutMs: 10_000, mostBytes: 16 * 1024 * 1024 };
/** Of a hundred each. */
const mostPages = 10;
const rateWaitMs = 60_000;

type Page = { readonly etag: string; readonly refs: readonly IssueRef[]; readonly next: URL | undefined };

/** Issues of a repository at GitHub or GitHub Enterprise Server: lists by REST, one issue by GraphQL. Only queries are sent. */
export class GithubIssues implements IssueSource {
  readonly #options: GithubOptions;
  readonly #exchange: GithubExchange;
  /** Pages as they were, by URL: asked for again by their ETags, they cost nothing of the rate. */
  readonly #pages = new Map<string, Page>();

  constructor(options: GithubOptions) {
    this.#options = options;
    this.#exchange = new GithubExchange(options, { ...usualLimits, ...options.limits });
  }

  async list(label: string, signal?: AbortSignal): Promise<IssueList> {
    const { repository } = this.#options;
    const first = this.#below(`/repos/${repository}/issues`);
    const query = { state: 'open', labels: label, sort: 'created', direction: 'asc', per_page: '100' };
    first.search = new URLSearchParams(query).toString();
    const issues: IssueRef[] = [];
    let next: URL | undefined = first;
    for (let page = 0; page < mostPages && next !== undefined; page += 1) {
      const one: Omit<Page, 'etag'> = await this.#page(next, signal);
      issues.push(...one.refs);
      next = one.next;
    }
    return { issues, isWhole: next === undefined };
  }

  async #page(url: URL, signal?: AbortSignal): Promise<Omit<Page, 'etag'>> {
    const about = `the issues of ${this.#options.repository}`;
    const known = this.#pages.get(url.href);
    const answer = await this.#exchange.ask({ url, about, signal, ...(known && { etag: known.etag }) });
    if (answer.text === undefined && known !== undefined) return known;
    const found = sense(url, () => readList(answer.text ?? ''));
    const refs = found.map(({ number, version }) => ({ id: this.#idOf(number), version }));
    const page = { refs, next: sense(url, () => nextOf(answer, url)) };
    this.#keep(url, answer, page);
    return page;
  }

  #keep(url: URL, { headers }: Answer, page: Omit<Page, 'etag'>): void {
    const etag = headers.get('etag');
    this.#pages.delete(url.href);
    if (etag === null || etag.length > 300) return;
    this.#pages.set(url.href, { ...page, etag });
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > 5 * mostPages && oldest !== undefined) this.#pages.delete(oldest);
  }

  async read(id: string, signal?: AbortSignal): Promise<Issue | undefined> {
    const number = this.#numberOf(id);
    if (number === undefined) return undefined;
    const [owner = '', name = ''] = this.#options.repository.split('/');
    const body = JSON.stringify({ query: issueQuery, variables: { owner, name, number } });
    const question = { url: this.#graphql(), about: `the issue ${id}`, body, signal };
    const { text = '' } = await this.#exchange.ask(question);
    const found = sense(question.url, () => readIssue(text, { id, number }));
    if (found.kind === 'refused') throw this.#refused(question, found);
    return found.kind === 'none' ? undefined : found.issue;
  }

  #refused({ url, about }: Question, { isForRate, why }: { isForRate: boolean; why: string }): AutolandError {
    const said = printable(why).slice(0, 200);
    if (isForRate) this.#exchange.wait(rateWaitMs, said);
    return new AutolandError('issues.unreachable', `expected ${about} of ${url.host}, but it says: ${said}`, {
      mend: 'give the token read access to issues of this repository; where a rate is over, wait',
    });
  }

  #idOf(number: number): string {
    return `${this.#options.repository}#${number}`;
  }

  #numberOf(id: string): number | undefined {
    const start = `${this.#options.repository}#`;
    const digits = id.startsWith(start) ? id.slice(start.length) : '';
    return /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : undefined;
  }

  #below(path: string): URL {
    return new URL(`${this.#options.url.replace(/\/+$/, '')}${path}`);
  }

  /** Beside the REST API of GitHub Enterprise Server, below that of github.com. */
  #graphql(): URL {
    const base = this.#below('');
    base.pathname = `${base.pathname.replace(/\/v3\/?$/, '').replace(/\/$/, '')}/graphql`;
    return base;
  }
}

/** Of the header Link. undefined: it is the last. Throws where it leads elsewhere. */
function nextOf({ headers }: Answer, from: URL): URL | undefined {
  const link = headers.get('link') ?? '';
  const target = /<([^<>]{1,2000})>\s*;[^<]*\brel="next"/.exec(link)?.[1];
  if (target === undefined) return undefined;
  const next = new URL(target, from);
  if (next.origin !== from.origin) throw new Error(`its next page is at ${next.host}`);
  return next;
}

function sense<T>(url: URL, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const said = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    const found = printable(said).slice(0, 300);
    throw new AutolandError(
      'issues.invalid',
      `expected an answer of the GitHub API at ${url.host}: ${found}`,
      {
        mend: 'see that url in issues.yaml is that of a REST API, such as https://github.example.com/api/v3',
        cause,
      },
    );
  }
}
