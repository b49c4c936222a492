import { z } from 'zod';
import {
  argv,
  count,
  repositoryPattern,
  requestPath,
  serviceName,
  variableName,
  variableValue,
  wants,
} from './fields.ts';
import { runtime } from './runtime.ts';

const identity = z
  .strictObject({
    header: z
      .string()
      .regex(/^[\w-]{1,64}$/, wants('a header name of letters, digits, _ and -'))
      .transform((name) => name.toLowerCase())
      .nullable()
      .default(null)
      .describe('Set by a proxy that you trust; null: a cookie that autoland sets and signs'),
  })
  .describe('What tells users apart');

const warmUp = z
  .strictObject({
    paths: z
      .array(requestPath)
      .min(1, wants('at least one path'))
      .max(50)
      .describe('Asked for by GET, in turn; only what does nothing but answer'),
    requests: z.int().min(1).max(10_000).default(100).describe('How many in all'),
    timeoutSeconds: z.int().min(1).max(60).default(10).describe('However many were answered by then'),
  })
  .nullable()
  .default(null);

/** The key `service`. */
export const service = z
  .strictObject({
    name: serviceName,
    command: argv
      .nullable()
      .default(null)
      .describe(
        'Starts one instance; run in the directory of the release, in the sandbox. Required, unless runtime names commands',
      ),
    runtime,
    env: z
      .record(variableName, variableValue)
      .default({})
      .describe(
        'The environment of the service; autoland adds PORT (a Unix socket), SERVICE_NAME, SERVICE_VERSION and AUTOLAND_OTLP_SOCKET, which cannot be set here, and NODE_ENV=production, which can',
      ),
    secretFiles: z
      .record(
        variableName,
        z
          .string()
          .startsWith('/', wants('an absolute path', 'name a file of the machine that runs the service')),
      )
      .default({})
      .describe('Variables whose value is read from a file when the service starts'),
    health: z
      .strictObject({
        path: requestPath.default('/healthz'),
        timeoutSeconds: count.default(10),
      })
      .prefault({}),
    warmUp: warmUp.describe(
      'What each instance is asked, as no user, once it is healthy and before it is given to anybody; null: nothing',
    ),
    instances: z.int().min(1).max(64).default(1),
    memoryMiB: count.default(512),
    processes: count.default(64),
    graceSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(5)
      .describe('For requests in flight when it is stopped'),
    artifact: z
      .strictObject({ include: z.array(repositoryPattern).min(1, wants('at least one pattern')) })
      .nullable()
      .default(null)
      .describe('What a release holds after the build; null: the whole tree'),
    identity: identity.prefault({}),
    behindProxy: z
      .boolean()
      .default(false)
      .describe('Clients reach it only through a proxy of yours, whose X-Forwarded headers are then kept'),
  })
  .refine(isRunSomehow, {
    path: ['command'],
    // Told beside what else is wrong.
    when: ({ value }) => typeof value === 'object' && value !== null,
    ...wants(
      'the command that starts an instance',
      'write it as [node, src/server.js]; for a service that runs somewhere else, write runtime: instead',
    ),
  })
  .refine(({ command, runtime }) => command === null || runtime === null, {
    path: ['command'],
    ...wants('no command beside runtime', 'keep one of the two: runtime is for what runs somewhere else'),
  })
  .refine(({ env, runtime }) => runtime === null || Object.keys(env).length === 0, {
    path: ['env'],
    ...wants('no env beside runtime', 'give it to the commands, as runtime.command.settings'),
  })
  .refine(({ secretFiles, runtime }) => runtime === null || Object.keys(secretFiles).length === 0, {
    path: ['secretFiles'],
    ...wants('no secretFiles beside runtime', 'give them to the commands, as runtime.command.secretFiles'),
  })
  .refine((value) => Object.keys(value.secretFiles).every((name) => !(name in value.env)), {
    path: ['secretFiles'],
    ...wants('variables that env does not name too', 'keep each name in one of the two'),
  })
  .describe('What autoland releases; null: a repository that is only merged');

/** The key `services`. */
export const services = z
  .array(service)
  .max(50)
  .superRefine((list, context) => {
    for (const [index, { name }] of list.entries())
      if (list.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: wants('a name that no other service has').error(),
        });
  })
  .describe(
    'In the place of service, where the repository has several: a change reaches them one after the other, in this order',
  );

/** `null` and missing alike: other problems may keep a default from being put in. */
function isRunSomehow(value: { readonly command?: unknown; readonly runtime?: unknown }): boolean {
  return (value.command ?? value.runtime ?? null) !== null;
}
