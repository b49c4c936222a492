import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Agent } from '@npmcli/agent';
import type { NpmSettings } from './npm-settings.ts';

/** What a client presents of itself to a server that asks. */
export type ClientCertificate = { readonly cert: unknown; readonly key: unknown };

/** The connections of one reader, which its requests to a server share. */
export class Connections {
  readonly #settings: NpmSettings;
  readonly #timeoutMs: number;
  readonly #agents = new Map<string, Agent>();

  /** `timeoutMs`: how long one may be idle. */
  constructor(settings: NpmSettings, timeoutMs: number) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
  }

  async to(url: string, { cert, key }: ClientCertificate): Promise<Agent> {
    const { origin } = new URL(url);
    const name = JSON.stringify([origin, cert, key]);
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    const { getAgent } = await import('@npmcli/agent');
    const { ca, strictSSL, httpsProxy, proxy, noProxy, localAddress } = this.#settings;
    const certificates = { ca, cert, key } as SecureContextOptions;
    const agent = getAgent(origin, {
      ...{ ...certificates, noProxy, localAddress },
      // Once: each connection would read all certificates of authorities anew, hundreds of them.
      ...(origin.startsWith('https:') && { secureContext: createSecureContext(certificates) }),
      rejectUnauthorized: strictSSL !== false,
      proxy: httpsProxy ?? proxy,
      timeout: this.#timeoutMs,
    });
    // All of its connections are alike. Node would name each request's by all certificates, half a megabyte of them.
    agent.getName = ({ host, port }) => `${host}:${port}`;
    this.#agents.set(name, agent);
    return agent;
  }
}
