import { type Conclusion, wordFor } from '../../stages/7-rollout/recorded/conclusion.ts';
import type { Look } from '../../stages/7-rollout/recorded/recorded-rollout.ts';

/** `test`: its name, or how the names of several begin, of which the highest is drawn. */
type Curve = { readonly test: string; readonly label: string; readonly colour: string };

/** Okabe and Ito's colours, which people with any colour vision can tell apart. */
const curves: readonly Curve[] = [
  { test: 'rollback.server-error', label: 'worse: server errors', colour: '#d55e00' },
  { test: 'rollback.client-error', label: 'worse: client errors', colour: '#cc79a7' },
  { test: 'rollback.latency', label: 'worse: slower', colour: '#e69f00' },
  { test: 'rollback.metric.', label: 'worse: a metric', colour: '#009e73' },
  { test: 'promotion', label: 'good enough', colour: '#0072b2' },
];

const [width, height] = [900, 420];
const frame = { left: 76, right: 24, top: 96, bottom: 44 };
/** Of a test's bar, at which it decides. */
const [lowest, highest] = [-1, 2];
const mostPoints = 1200;

type Point = {
  readonly t: number;
  readonly weight: number;
  /** By curve: evidence over the bar, both as logs; undefined: it was not looked at. */
  readonly shares: readonly (number | undefined)[];
};

/** What a picture of the looks needs of each. */
export class PlotPoints {
  readonly #points: Point[] = [];

  see({ t, weight, decision }: Look): void {
    const shares = curves.map(({ test }) => {
      const found = decision.evidence.filter((evidence) => evidence.test.startsWith(test));
      if (found.length === 0) return undefined;
      return Math.max(...found.map(({ value, threshold }) => (value ?? 0) / threshold));
    });
    this.#points.push({ t, weight, shares });
  }

  /** SVG: the evidence of each test over time, as a share of what decides. */
  svg(conclusion: Conclusion): string {
    const points = thinned(this.#points);
    const [from, to] = [points[0]?.t ?? 0, points.at(-1)?.t ?? 1];
    const x = (t: number) =>
      frame.left + ((t - from) / Math.max(to - from, 1e-9)) * (width - frame.left - frame.right);
    const y = (share: number) => {
      const within = Math.min(highest, Math.max(lowest, share));
      return frame.top + ((highest - within) / (highest - lowest)) * (height - frame.top - frame.bottom);
    };
    const drawn = [...curves.entries()].filter(([at]) =>
      points.some(({ shares }) => shares[at] !== undefined),
    );
    const lines = [
      ...axes(x, y, [from, to]),
      ...steps(points, x),
      ...drawn.map(([at, { colour }]) =>
        curve(
          points.map(({ t, shares }) => [x(t), y(shares[at] ?? 0)]),
          colour,
        ),
      ),
      ...legend(drawn.map(([, each]) => each)),
      ...ending(conclusion, x),
    ];
    const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
    const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12"><title>Evidence of a canary analysis over time</title>`;
    return `${[head, `<rect width="${width}" height="${height}" fill="#fff"/>`, ...lines, '</svg>'].join('\n')}\n`;
  }
}

type Scale = (value: number) => number;

function axes(x: Scale, y: Scale, [from, to]: readonly [number, number]): readonly string[] {
  const levels = [lowest, 0, 1, highest].map((share) => {
    const isBar = share === 1;
    const label = isBar ? 'decides' : share === 0 ? 'nothing' : '';
    const stroke = isBar ? 'stroke="#000" stroke-dasharray="5 4"' : 'stroke="#ddd"';
    return [
      `<line x1="${frame.left}" x2="${width - frame.right}" y1="${round(y(share))}" y2="${round(y(share))}" ${stroke}/>`,
      `<text x="${frame.left - 8}" y="${round(y(share) + 4)}" text-anchor="end" fill="#555">${label}</text>`,
    ].join('');
  });
  const times = ticks(from, to).map(
    (t) =>
      `<text x="${round(x(t))}" y="${height - 16}" text-anchor="middle" fill="#555">${shownTime(t)}</text>`,
  );
  return [...levels, ...times];
}

/** Round numbers, some eight of them. */
function ticks(from: number, to: number): readonly number[] {
  const rough = Math.max(to - from, 1e-9) / 8;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * unit >= rough) ?? 10) * unit;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_none, n) => (first + n) * step);
}

/** Where each begins, with its weight. */
function steps(points: readonly Point[], x: Scale): readonly string[] {
  const begins = points.filter(({ weight }, at) => weight !== points[at - 1]?.weight);
  return begins.map(({ t, weight }) => {
    const at = round(x(t));
    const line = `<line x1="${at}" x2="${at}" y1="${frame.top - 12}" y2="${height - frame.bottom}" stroke="#bbb"/>`;
    return `${line}<text x="${at + 4}" y="${frame.top - 2}" fill="#555">${Number((100 * weight).toPrecision(3))} %</text>`;
  });
}

function curve(points: readonly (readonly [number, number])[], colour: string): string {
  const path = points.map(([px, py]) => `${round(px)},${round(py)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>`;
}

function legend(drawn: readonly Curve[]): readonly string[] {
  return drawn.map(({ label, colour }, at) => {
    const left = frame.left + at * 166;
    const line = `<line x1="${left}" x2="${left + 22}" y1="62" y2="62" stroke="${colour}" stroke-width="3"/>`;
    return `${line}<text x="${left + 28}" y="66">${label}</text>`;
  });
}

function ending({ word, look }: Conclusion, x: Scale): readonly string[] {
  const code = 'code' in look.decision ? ` (${look.decision.code})` : '';
  const said = `${word} at ${shownTime(look.t)}${code}: ${look.usersExposed} ${look.unit}s had met the canary, ${look.usersErrored} of them failed`;
  const at = round(x(look.t));
  return [
    `<text x="${frame.left}" y="34" font-size="16" font-weight="600">${said}</text>`,
    `<line x1="${at}" x2="${at}" y1="${frame.top - 12}" y2="${height - frame.bottom}" stroke="#000" stroke-width="1.5"/>`,
    `<circle cx="${at}" cy="${height - frame.bottom}" r="4" fill="${wordFor(look) === 'promote' ? '#0072b2' : '#d55e00'}"/>`,
  ];
}

/** Evenly, with the last. */
function thinned(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_point, at) => at % every === 0 || at === points.length - 1);
}

function shownTime(t: number): string {
  return `${Number(t.toFixed(t < 100 ? 1 : 0))} s`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
