import { z } from 'zod';
import { modelProviders, ownUrls } from '../domain/model-provider.ts';
import { loopbackHosts, urlObstacle } from '../domain/receiver-url.ts';
import { wants } from './fields.ts';
import { parseMachineFile } from './machine-file.ts';
import { modelName } from './models.ts';

const wantsUrl = wants(
  'a URL that begins with http:// or https://, without user name, password, query and fragment',
  'write it as http://127.0.0.1:11434/v1, and put a key into keyFile',
);

const server = z
  .strictObject({
    provider: z
      .enum(modelProviders)
      .describe('How it speaks; a model of another provider is not asked there'),
    url: z
      .string(wantsUrl)
      .refine(isServerUrl, wantsUrl)
      .nullable()
      .default(null)
      .describe("What the path of a request is put behind; null: the provider's own"),
    keyFile: z
      .string()
      .startsWith('/', wants('an absolute path', 'name a file that only its owner can read'))
      .nullable()
      .default(null)
      .describe('Holds the key, alone in one line; mode 0600; null: the server wants none'),
    insecure: z
      .boolean()
      .default(false)
      .describe('http to another machine: whoever is on the way reads your code, and can write answers'),
    scripted: z.boolean().default(false).describe('What answers there stands in a file'),
  })
  .refine(({ provider, url }) => url !== null || ownUrls[provider] !== undefined, {
    path: ['url'],
    ...wants('a URL: only you know where such a server is', 'write it as http://127.0.0.1:11434/v1'),
  })
  .refine(({ url, insecure }) => url === null || insecure || isPrivateWay(url), {
    path: ['url'],
    ...wants('https, or http to this machine', 'write insecure: true if the way there is your own'),
  })
  .refine(({ url, keyFile }) => url === null || keyFile === null || isPrivateWay(url), {
    path: ['keyFile'],
    ...wants('no key for http to another machine: everybody on the way would have it', 'use https'),
  });

/** `models.yaml` of one machine: where model servers are, and which key goes there. */
export const modelServersSchema = z.strictObject({
  version: z.literal(1, wants('version 1, the only one there is', 'write version: 1 as the first line')),
  servers: z.record(modelName, server).default({}),
});

export type ModelServers = z.output<typeof modelServersSchema>['servers'];
export type ModelServerConfig = ModelServers[string];

/** Throws `config.invalid` with one line for each problem. */
export function parseModelServers(text: string, fileName: string): ModelServers {
  return parseMachineFile(modelServersSchema, { text, fileName, guide: 'docs/guide/models.md' }).servers;
}

function isServerUrl(text: string): boolean {
  const url = text.length <= 2_000 && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || /[?#@\s]/.test(text)) return false;
  return url.protocol === 'https:' || url.protocol === 'http:';
}

function isPrivateWay(text: string): boolean {
  return !isServerUrl(text) || urlObstacle(text) === undefined || loopbackHosts.has(new URL(text).hostname);
}
