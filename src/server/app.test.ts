import { describe, expect, it } from 'vitest';
import { AutolandError } from '../domain/errors.ts';
import { type ApiParts, type IncidentBody, makeApi } from './app.ts';

function api(opened: IncidentBody[]) {
  const nothing = () => Promise.reject(new Error('nobody asked for that'));
  const parts: ApiParts = {
    ...{ status: nothing, change: nothing, entries: nothing, stop: nothing, resume: nothing },
    incidents: async () => opened,
    incident: async (id) => {
      throw new AutolandError('incident.not-found', `no ${id}`);
    },
    openIncident: async (report) => {
      if (report.service === 'gone')
        throw new AutolandError('usage', 'no such service', { mend: 'name one' });
      opened.push(report);
      return { id: 'inc_1', isNew: opened.length === 1 };
    },
    closeIncident: async (id, by, reason) => ({ id, by, reason }),
  };
  return makeApi(parts);
}

const report = { by: 'alerts', reason: '500s', since: '2026-01-01T00:00:00Z', check: 'npm run smoke' };
const told: IncidentBody[] = [];
const app = api(told);

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await app.request(path, { method: 'POST', body: text, headers });
  return { status: response.status, body: (await response.json()) as object };
}

describe('the API of incidents', () => {
  it('takes a report, and says whether it is new', async () => {
    expect(await post('/v1/incidents', report)).toEqual({ status: 201, body: { id: 'inc_1', isNew: true } });
    expect(await post('/v1/incidents', report)).toEqual({ status: 200, body: { id: 'inc_1', isNew: false } });
    expect(told).toEqual([report, report]);
    expect(await (await app.request('/v1/incidents')).json()).toEqual(told);
  });

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['nobody', { ...report, by: '' }],
    ['no reason', { ...report, reason: undefined }],
    ['a time without its offset', { ...report, since: '2026-01-01T00:00:00' }],
    ['a check that is too long', { ...report, check: 'x'.repeat(2001) }],
    ['a service that is not there', { ...report, service: 'gone' }],
    ['what it does not know', { ...report, severity: 1 }],
  ])('refuses %s, and opens nothing', async (_what, body) => {
    const before = told.length;
    expect(await post('/v1/incidents', body)).toMatchObject({ status: 400, body: { code: 'usage' } });
    expect(told).toHaveLength(before);
  });

  it('is closed to pages in a browser', async () => {
    const before = told.length;
    const found = await post('/v1/incidents', report, { origin: 'https://evil.example' });
    expect(found).toMatchObject({ status: 403, body: { code: 'api.foreign-origin' } });
    expect(told).toHaveLength(before);
  });

  it('closes with the name of who says so, and tells what is not there', async () => {
    expect(await post('/v1/incidents/inc_1/close', { by: 'alerts', reason: 'over' })).toMatchObject({
      body: { id: 'inc_1', by: 'api:alerts', reason: 'over' },
    });
    expect((await post('/v1/incidents/inc_1/close', { by: 'alerts' })).status).toBe(400);
    const gone = await app.request('/v1/incidents/inc_2');
    expect([gone.status, await gone.json()]).toMatchObject([409, { code: 'incident.not-found' }]);
  });
});
