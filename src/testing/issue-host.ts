import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export const issueToken = 'github_pat_test0123456789';

export type HostedIssue = {
  number: number;
  title: string;
  body: string;
  author: string;
  association: string;
  isOpen: boolean;
  isProposal: boolean;
  labels: string[];
  events: object[];
  lastEditedAt: string | null;
  updatedAt: string;
};

/** Answers in the place of the API; undefined: it does. */
export type HostManner = (request: IncomingMessage, response: ServerResponse) => boolean;

type Asked = {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly status: number;
};

/** A real server that answers questions about issues as GitHub does: lists by REST, one issue by GraphQL. Nothing can be written to it. */
export class IssueHost {
  readonly asked: Asked[] = [];
  readonly issues: HostedIssue[] = [];
  /** The header of a classic token; null: it is another kind. */
  scopes: string | null = null;
  manner: HostManner = () => false;
  /** When the labels themselves were renamed or changed last; null: never. */
  labelsChangedAt: string | null = null;
  /** The time of its clock, in whole seconds as it tells them. */
  now = Date.parse('2026-11-30T08:00:00Z');
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<IssueHost> {
    const made = new IssueHost();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Another second, as text. */
  tick(): string {
    this.now += 1_000;
    return new Date(this.now).toISOString().replace('.000', '');
  }

  open(issue: Partial<HostedIssue> = {}): number {
    const number = this.issues.length + 1;
    const usual = { title: 'Say the port', body: 'Say it in README.md.', author: 'alice' };
    const rest = { isOpen: true, isProposal: false, labels: [], events: [], lastEditedAt: null };
    const at = this.tick();
    this.issues.push({ number, ...usual, association: 'MEMBER', ...rest, updatedAt: at, ...issue });
    return number;
  }

  label(number: number, label: string, by: string, kind = 'User'): void {
    const issue = this.#issue(number);
    issue.labels.push(label);
    const actor = { __typename: kind, login: by };
    issue.updatedAt = this.tick();
    const createdAt = issue.updatedAt;
    const updatedAt = this.labelsChangedAt;
    issue.events.push({ __typename: 'LabeledEvent', createdAt, label: { name: label, updatedAt }, actor });
  }

  unlabel(number: number, label: string): void {
    const issue = this.#issue(number);
    issue.labels = issue.labels.filter((one) => one !== label);
    issue.updatedAt = this.tick();
    issue.events.push({ __typename: 'UnlabeledEvent', label: { name: label } });
  }

  edit(number: number, body: string): void {
    const issue = this.#issue(number);
    issue.updatedAt = this.tick();
    Object.assign(issue, { body, lastEditedAt: issue.updatedAt });
  }

  rename(number: number, title: string): void {
    const issue = this.#issue(number);
    issue.updatedAt = this.tick();
    issue.title = title;
    issue.events.push({ __typename: 'RenamedTitleEvent', createdAt: issue.updatedAt });
  }

  shut(number: number): void {
    Object.assign(this.#issue(number), { isOpen: false, updatedAt: this.tick() });
  }

  #issue(number: number): HostedIssue {
    const found = this.issues[number - 1];
    if (found === undefined) throw new Error(`there is no issue ${number}`);
    return found;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    const { method = '', url = '' } = request;
    response.once('close', () => this.asked.push({ method, url, body, status: response.statusCode }));
    if (this.manner(request, response)) return;
    if (this.scopes !== null) response.setHeader('x-oauth-scopes', this.scopes);
    if (request.headers.authorization !== `Bearer ${issueToken}`)
      return void end(response, 401, { message: 'Bad credentials' });
    const at = new URL(url, this.url);
    if (method === 'POST' && at.pathname === '/graphql') return void this.#query(JSON.parse(body), response);
    if (method !== 'GET') return void end(response, 405, { message: 'nothing is written here' });
    if (at.pathname !== '/repos/acme/shop/issues') return void end(response, 404, { message: 'Not Found' });
    this.#list(at, request, response);
  }

  #list(at: URL, { headers }: IncomingMessage, response: ServerResponse): void {
    const [label, page] = [at.searchParams.get('labels') ?? '', Number(at.searchParams.get('page') ?? 1)];
    const all = this.issues.filter(({ isOpen, labels }) => isOpen && labels.includes(label));
    const some = all.slice((page - 1) * 100, page * 100).map(({ number, body, updatedAt, isProposal }) => ({
      ...{ number, body, updated_at: updatedAt, ...(isProposal ? { pull_request: {} } : {}) },
    }));
    const etag = `W/"${createHash('sha256').update(JSON.stringify(some)).digest('hex')}"`;
    response.setHeader('etag', etag);
    if (all.length > page * 100) {
      at.searchParams.set('page', String(page + 1));
      response.setHeader('link', `<${at.href}>; rel="next", <${at.href}>; rel="last"`);
    }
    if (headers['if-none-match'] === etag) return void response.writeHead(304).end();
    end(response, 200, some);
  }

  #query({ query, variables }: Query, response: ServerResponse): void {
    if (!query.trimStart().startsWith('query'))
      return void end(response, 200, { errors: [{ message: 'no' }] });
    const { owner, name, number } = variables;
    if (`${owner}/${name}` !== 'acme/shop') {
      const errors = [{ type: 'NOT_FOUND', message: 'Could not resolve to a Repository' }];
      return void end(response, 200, { data: { repository: null }, errors });
    }
    const found = this.issues[number - 1];
    const repository = { nameWithOwner: 'acme/shop', issue: null };
    if (found === undefined || found.isProposal) {
      const errors = [{ type: 'NOT_FOUND', message: 'Could not resolve to an Issue' }];
      return void end(response, 200, { data: { repository }, errors });
    }
    end(response, 200, { data: { repository: { ...repository, issue: asked(found) } } });
  }
}

type Query = { readonly query: string; readonly variables: { owner: string; name: string; number: number } };

function asked(issue: HostedIssue): object {
  const { number, title, body, isOpen, lastEditedAt, association, author, labels, events } = issue;
  return {
    ...{ number, title, body, state: isOpen ? 'OPEN' : 'CLOSED', lastEditedAt },
    ...{ authorAssociation: association, author: { __typename: 'User', login: author } },
    labels: { nodes: labels.map((name) => ({ name })) },
    timelineItems: { nodes: events.slice(-100) },
  };
}

function end(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
