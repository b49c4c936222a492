import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrometheusSource } from '../../src/adapters/telemetry/prometheus/prometheus-source.ts';
import { metricsSourceContract } from '../../src/testing/contracts/metrics-source.ts';
import {
  Exporter,
  type Prometheus,
  prometheusProgram,
  ScrapedShop,
  startPrometheus,
} from '../../src/testing/prometheus.ts';
import { scrapedRollout } from '../../src/wiring/serving/analyze-prometheus.ts';
import { runCli } from '../journeys/cli.ts';

const program = prometheusProgram();
const reason = program === undefined ? ' (skipped: no prometheus here, see scripts/prometheus.sh)' : '';

describe.skipIf(program === undefined)(`a past rollout in a real Prometheus${reason}`, () => {
  const [stable, good, bad] = [new ScrapedShop('1.2'), new ScrapedShop('1.3'), new ScrapedShop('1.4')];
  const dir = mkdtempSync(join(tmpdir(), 'autoland-prometheus-test-'));
  const times = { from: 0, canary: 0, to: 0 };
  const known: number[] = [];
  let exporters: readonly Exporter[] = [];
  let prometheus: Prometheus;

  async function scrapes(more: number): Promise<void> {
    const wanted = exporters.map(({ answered }) => answered.length + more);
    const until = performance.now() + 60_000;
    while (exporters.some(({ answered }, n) => answered.length < (wanted[n] ?? 0))) {
      if (performance.now() > until) throw new Error('Prometheus does not scrape');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function rounds(count: number, canaries: boolean): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      stable.serve('200', 950);
      stable.serve('500', 10);
      if (canaries) {
        good.serve('200', 99);
        good.serve('500', 1);
        bad.serve('200', 70);
        bad.serve('500', 30);
      }
      await scrapes(1);
    }
  }

  beforeAll(async () => {
    const [one, two] = [await Exporter.start(), await Exporter.start()];
    exporters = [one, two];
    let counter = 0;
    one.answer = () => {
      counter += 7;
      known.push(counter);
      return `example_total{kind="steady"} ${counter}\n${stable.text()}`;
    };
    two.answer = () => good.text() + bad.text();
    stable.serve('200', 100_000);
    stable.serve('500', 1000);
    // Its target is known by a health check.
    for (const canary of [good, bad]) canary.serve('200', 1);
    prometheus = await startPrometheus(
      program ?? '',
      exporters.map(({ port }) => port),
    );
    await scrapes(2);
    for (const shop of [stable, good, bad]) shop.added = { requests: 0, failed: 0 };
    times.from = Date.now() / 1000;
    // Longer than series of one scrape may be apart: so the canaries' series begin while their target is known.
    await rounds(14, false);
    times.canary = Date.now() / 1000;
    await rounds(6, true);
    bad.restart();
    good.restart();
    await rounds(6, true);
    await scrapes(2);
    for (const exporter of exporters) exporter.answer = () => undefined;
    times.to = Date.now() / 1000;
    // As long again: what is past its last sample is silence.
    await new Promise((resolve) => setTimeout(resolve, 1500));
  });

  afterAll(async () => {
    await prometheus?.close();
    for (const exporter of exporters) exporter.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const source = (token?: string) =>
    new PrometheusSource({ url: prometheus.url, token, timeoutMs: 20_000, mostBytes: 10_000_000 });

  metricsSourceContract(async () => ({
    source: source(),
    selector: 'example_total{kind="steady"}',
    values: known,
    from: times.from - 60,
    to: times.to + 1,
  }));

  const wish = (canary: string) => ({
    metric: { name: 'http_server_request_duration_seconds', kind: 'histogram' } as const,
    matchers: { canary: [`service_version="${canary}"`], baseline: ['service_version="1.2"'] },
    errors: ['http_response_status_code=~"5.."'],
    from: times.from,
    to: times.to,
    every: 3,
    steps: [{ at: times.canary, weight: 0.1 }],
  });

  it.each([
    ['1.3', good],
    ['1.4', bad],
  ])('counts each request of %s once, over a restart and from its first one on', async (version, shop) => {
    const { records, notes } = await scrapedRollout(wish(version), source());
    expect(notes.baseline).toMatchObject({ ...stable.added, series: 2, failing: 1, resets: 0, gaps: 0 });
    expect(notes.canary).toMatchObject({ ...shop.added, series: 2, failing: 1, resets: 2, gaps: 0 });
    const windows = records.flatMap((record) => (record.kind === 'request-window' ? [record] : []));
    expect(windows.reduce((sum, { requests }) => sum + requests, 0)).toBe(
      shop.added.requests + stable.added.requests,
    );
    expect(windows[0]).toMatchObject({ latency: { bounds: [0.05, 0.5] } });
  });

  it('refuses arms that are one, that do not exist, and scrapes further apart than windows', async () => {
    await expect(scrapedRollout(wish('1.2'), source())).rejects.toThrow(/one that is both/);
    await expect(scrapedRollout(wish('9'), source())).rejects.toThrow(/found none: .*service_version="9"/);
    await expect(scrapedRollout({ ...wish('1.3'), every: 0.02 }, source())).rejects.toThrow(/windows|apart/);
  });

  const cli = (canary: string, ...more: string[]) =>
    runCli([
      ...['analyze', '--prometheus', prometheus.url.href, '--canary', canary, '--baseline', '1.2'],
      ...['--from', `${times.from}`, '--to', new Date(times.to * 1000).toISOString(), '--every', '3'],
      ...['--weight', `10%@${times.canary}`, ...more],
    ]);

  it('accuses a bad canary, decides nothing without equal arms before, and is drawn', async () => {
    const plot = join(dir, 'plot.svg');
    const { code, stdout, stderr } = await cli('1.4', '--plot', plot);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(
      /^inconclusive at .* s \(rollout\.requests\), with \d+ requests on the canary\.$/m,
    );
    expect(stdout).toMatch(/The canary fails: \d+ requests met a server error/);
    expect(stdout).toMatch(/Without 30\s+windows before the first weight/);
    expect(stdout).toContain(`canary: ${bad.added.failed} of ${bad.added.requests} requests failed`);
    expect(readFileSync(plot, 'utf8')).toContain('requests had met the canary');
  });

  it('promotes nothing, however good, and says why', async () => {
    const { code, stdout } = await cli('1.3', '--json');
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.at(-1)).toMatchObject({ prometheus: { canary: good.added } });
    expect(lines.at(-2)).toMatchObject({
      decision: 'inconclusive',
      code: 'rollout.requests',
      unit: 'request',
    });
    expect(lines.slice(0, -1).map((line) => 'decision' in line && line.decision)).not.toContain('promote');
  });

  it('sends a token from a file, and says what a person forgot', async () => {
    const token = join(dir, 'token');
    writeFileSync(token, 'secret\n');
    expect(await cli('1.4', '--token-file', token)).toMatchObject({ code: 1, stderr: '' });
    const forgotten = await runCli(['analyze', '--prometheus', prometheus.url.href, '--from', '1']);
    expect(forgotten).toMatchObject({ code: 2 });
    expect(forgotten.stderr).toContain('expected --canary with --prometheus');
    const far = await runCli(
      [
        ...['analyze', '--prometheus', 'http://prometheus.example', '--canary', '2', '--baseline', '1'],
        '--from',
        '1',
        '--weight',
        '1%',
      ],
      { env: { AUTOLAND_PROMETHEUS_TOKEN: 'secret' } },
    );
    expect(far).toMatchObject({ code: 2 });
    expect(far.stderr).toContain('expected https where a token is sent');
  });
});
