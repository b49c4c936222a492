import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AutolandError } from '../../../domain/errors.ts';
import { freePort } from '../../../wiring/serving/free-port.ts';
import { PrometheusSource } from './prometheus-source.ts';

/*
 * What a server may answer that a healthy Prometheus does not; test/contracts/prometheus.test.ts asks a real one.
 */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function source(answer: RequestListener, token?: string): Promise<PrometheusSource> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/prefix/`);
  return new PrometheusSource({ url, token, timeoutMs: 3000, mostBytes: 10_000 });
}

const matrix = (result: unknown, more: object = {}) =>
  JSON.stringify({ status: 'success', data: { resultType: 'matrix', result }, ...more });
const says =
  (text: string, status = 200): RequestListener =>
  (_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' })
      .end(text);
  };
const question = { selector: 'd{a="b"}', from: 100, to: 160.5 };

async function failing(answer: RequestListener): Promise<AutolandError> {
  const asked = await source(answer);
  return asked.samples(question).then(
    () => Promise.reject(new Error('it answered')),
    (thrown: AutolandError) => thrown,
  );
}

describe('PrometheusSource', () => {
  it('asks for raw samples below the path of its address, with the token', async () => {
    const asked: (string | undefined)[] = [];
    const prometheus = await source((request, response) => {
      asked.push(request.url, request.headers.authorization);
      says(
        matrix([
          {
            metric: { a: 'b' },
            values: [
              [100, '1'],
              [101.5, '2'],
              [160.5, 'NaN'],
              [161, '4'],
            ],
          },
        ]),
      )(request, response);
    }, 'secret');
    expect(await prometheus.samples(question)).toEqual([
      {
        labels: { a: 'b' },
        samples: [
          [101.5, 2],
          [160.5, Number.NaN],
        ],
      },
    ]);
    const url = new URL(asked[0] ?? '', 'http://localhost');
    expect(url.pathname).toBe('/prefix/api/v1/query');
    expect(url.searchParams.get('query')).toBe('d{a="b"}[60500ms]');
    expect(url.searchParams.get('time')).toBe('160.500');
    expect(asked[1]).toBe('Bearer secret');
  });

  it.each<[string, RequestListener, RegExp]>([
    ['a warning', says(matrix([], { warnings: ['store \u001b[2J down'] })), /not the whole answer.*store/],
    [
      'an error of the query',
      says('{"status":"error","errorType":"execution","error":"too many samples"}', 422),
      /too many samples/,
    ],
    [
      'other data',
      says('{"status":"success","data":{"resultType":"vector","result":[]}}'),
      /no answer of the Prometheus API/,
    ],
    ['no JSON', says('<html>'), /no answer of the Prometheus API/],
    ['native histograms', says(matrix([{ metric: {}, histograms: [[1, {}]] }])), /native histograms/],
    [
      'samples out of order',
      says(
        matrix([
          {
            metric: {},
            values: [
              [120, '1'],
              [110, '2'],
            ],
          },
        ]),
      ),
      /order of time/,
    ],
    ['far too much', says(' '.repeat(20_000)), /larger than 10000 bytes/],
  ])('refuses %s as invalid', async (_case, answer, told) => {
    const error = await failing(answer);
    expect(error).toMatchObject({
      code: 'telemetry.invalid',
      message: expect.stringMatching(told) as string,
    });
    expect(error.message).not.toContain('\u001b');
  });

  it.each<[string, RequestListener, RegExp]>([
    ['a refusal', says('no', 401), /status 401/],
    ['a fault', says('{"status":"error","errorType":"internal","error":"disk"}', 500), /status 500.*disk/],
    ['a redirect', says('', 302), /redirects/],
    ['silence', () => {}, /nothing whole came within 3000 ms/],
    [
      'half an answer and silence',
      (_request, response) => void response.writeHead(200).write('{"sta'),
      /nothing whole/,
    ],
    ['a connection that is cut', (request) => void request.socket.destroy(), /but /],
  ])('takes %s for unreachable', async (_case, answer, told) => {
    const error = await failing(answer);
    expect(error).toMatchObject({
      code: 'telemetry.unreachable',
      message: expect.stringMatching(told) as string,
    });
  });

  it('is unreachable where nobody listens', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort(0)}`);
    const nobody = new PrometheusSource({ url, token: undefined, timeoutMs: 3000, mostBytes: 1000 });
    await expect(nobody.samples(question)).rejects.toMatchObject({
      code: 'telemetry.unreachable',
      message: expect.stringMatching(/ECONNREFUSED/) as string,
    });
  });
});
