import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { longestCheck } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import type { ChangeView } from '../views/change-view.ts';
import type { StatusView } from '../views/status-view.ts';

/** What the API shows and passes on; it decides nothing. */
export type ApiParts = {
  status(): Promise<StatusView>;
  change(id: string): Promise<ChangeView>;
  entries(from: number, limit: number): Promise<readonly Entry[]>;
  incidents(): Promise<readonly object[]>;
  incident(id: string): Promise<object>;
  openIncident(report: IncidentBody): Promise<{ readonly id: string; readonly isNew: boolean }>;
  closeIncident(id: string, by: string, reason: string): Promise<object>;
  stop(by: string, reason: string): Promise<void>;
  resume(by: string): Promise<void>;
};

const stopBody = z.strictObject({ by: z.string().min(1).max(100), reason: z.string().max(1_000) });
const resumeBody = z.strictObject({ by: z.string().min(1).max(100) });
const closeBody = z.strictObject({ by: z.string().min(1).max(100), reason: z.string().min(1).max(1_000) });
const time = z.iso.datetime({ offset: true });
const incidentBody = z.strictObject({
  by: z.string().min(1).max(100),
  reason: z.string().min(1).max(1_000),
  since: time.optional(),
  began: time.optional(),
  service: z.string().max(100).optional(),
  check: z.string().min(1).max(longestCheck).optional(),
  serve: z.boolean().optional(),
  key: z.string().min(1).max(200).optional(),
});
/** Of harm in production that somebody reports. */
export type IncidentBody = z.infer<typeof incidentBody>;
const maxBody = 16 * 1024;
const maxEntries = 1_000;

/** The control plane's API, version 1. */
export function makeApi(parts: ApiParts): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: maxBody,
      onError: (context) =>
        context.json({ code: 'usage', message: `a body may have at most ${maxBody} bytes` }, 413),
    }),
  );
  // A browser names its origin: no page may speak for the person who looks at it.
  app.use(async (context, next) => {
    const origin = context.req.header('origin');
    if (origin !== undefined || context.req.header('sec-fetch-site') !== undefined)
      return context.json({ code: 'api.foreign-origin', message: 'browsers are not served here' }, 403);
    await next();
  });
  app.get('/v1/status', async (context) => context.json(await parts.status()));
  app.get('/v1/changes/:id', async (context) => context.json(await parts.change(context.req.param('id'))));
  app.get('/v1/entries', async (context) => {
    const from = Number(context.req.query('from') ?? 0);
    if (!Number.isSafeInteger(from) || from < 0)
      return context.json({ code: 'usage', message: 'from must be the index of an entry' }, 400);
    return context.json(await parts.entries(from, maxEntries));
  });
  routeIncidents(app, parts);
  app.post('/v1/stop', async (context) => {
    const body = stopBody.parse(await context.req.json());
    await parts.stop(`api:${body.by}`, body.reason);
    return context.json({ stopped: true });
  });
  app.post('/v1/resume', async (context) => {
    await parts.resume(`api:${resumeBody.parse(await context.req.json()).by}`);
    return context.json({ stopped: false });
  });
  app.onError((error, context) => {
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return context.json({ code: 'usage', message: messageOf(error) }, 400);
    if (error instanceof AutolandError && error.code === 'usage')
      return context.json({ code: error.code, message: error.message, mend: error.mend ?? null }, 400);
    if (error instanceof AutolandError)
      return context.json({ code: error.code, message: error.message, mend: error.mend ?? null }, 409);
    return context.json({ code: 'bug', message: messageOf(error) }, 500);
  });
  return app;
}

/** Reported here by an alert: journalled, and looked into by the next scan. */
function routeIncidents(app: Hono, parts: ApiParts): void {
  app.get('/v1/incidents', async (context) => context.json(await parts.incidents()));
  app.get('/v1/incidents/:id', async (context) =>
    context.json(await parts.incident(context.req.param('id'))),
  );
  app.post('/v1/incidents', async (context) => {
    const opened = await parts.openIncident(incidentBody.parse(await context.req.json()));
    return context.json(opened, opened.isNew ? 201 : 200);
  });
  app.post('/v1/incidents/:id/close', async (context) => {
    const { by, reason } = closeBody.parse(await context.req.json());
    return context.json(await parts.closeIncident(context.req.param('id'), `api:${by}`, reason));
  });
}
