/** Bars beside each other in groups, one below the other. */
export type Chart = {
  readonly title: string;
  /** Of the axis. */
  readonly unit: string;
  readonly scale: 'linear' | 'log';
  readonly groups: readonly { readonly label: string; readonly bars: readonly Bar[] }[];
  /** A line that values should not pass. */
  readonly limit?: { readonly value: number; readonly label: string };
};

export type Bar = { readonly label: string; readonly value: number; readonly colour: Colour };

/** Okabe and Ito's, which people with any colour vision can tell apart. */
const colours = { ours: '#0072b2', theirs: '#d55e00', tuned: '#e69f00', least: '#009e73' } as const;
type Colour = keyof typeof colours;

const width = 860;
const [left, right, top, bar, gap] = [250, 80, 64, 18, 14];

/** SVG, for figures in the documentation. */
export function svgOf(chart: Chart): string {
  const rows = chart.groups.reduce((sum, { bars }) => sum + 1 + bars.length, 0);
  const height = top + rows * bar + chart.groups.length * gap + 44;
  const x = axisOf(chart);
  const lines = [
    `<text x="16" y="26" font-size="16" font-weight="600">${escaped(chart.title)}</text>`,
    ...ticks(chart, x, height),
    ...groups(chart, x),
    ...limit(chart, x, height),
  ];
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12"><title>${escaped(chart.title)}</title>`;
  return `${[head, `<rect width="${width}" height="${height}" fill="#fff"/>`, ...lines, '</svg>'].join('\n')}\n`;
}

type Axis = { readonly at: (value: number) => number; readonly ticks: readonly number[] };

function axisOf({ scale, groups: all, limit: bound }: Chart): Axis {
  const values = [...all.flatMap(({ bars }) => bars.map(({ value }) => value)), bound?.value ?? 0];
  const most = Math.max(...values);
  if (scale === 'linear') {
    const unit = 10 ** Math.floor(Math.log10(most));
    const step = [0.2, 0.5, 1].map((times) => times * unit).find((each) => most / each <= 6) ?? 2 * unit;
    const end = Math.ceil(most / step) * step;
    const count = Math.round(end / step);
    return {
      at: (value) => place(value / end),
      ticks: Array.from({ length: count + 1 }, (_, n) => n * step),
    };
  }
  const least = Math.min(...values.filter((value) => value > 0));
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  return {
    // What is nothing at all has no bar.
    at: (value) => place(value <= 0 ? 0 : (Math.log10(value) - from) / (to - from)),
    ticks: Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n)),
  };
}

function place(share: number): number {
  return left + Math.max(0, share) * (width - left - right);
}

function ticks({ unit }: Chart, x: Axis, height: number): readonly string[] {
  const each = x.ticks.map((value) => {
    const at = round(x.at(value));
    const line = `<line x1="${at}" x2="${at}" y1="${top - 12}" y2="${height - 40}" stroke="#ddd"/>`;
    return `${line}<text x="${at}" y="${height - 24}" text-anchor="middle" fill="#555">${shown(value)}</text>`;
  });
  return [
    ...each,
    `<text x="${width - right}" y="${height - 8}" text-anchor="end" fill="#555">${escaped(unit)}</text>`,
  ];
}

function groups(chart: Chart, x: Axis): readonly string[] {
  const lines: string[] = [];
  let y = top;
  for (const { label, bars } of chart.groups) {
    lines.push(`<text x="16" y="${y + 13}" font-weight="600">${escaped(label)}</text>`);
    y += bar;
    for (const { label: name, value, colour } of bars) {
      const end = round(x.at(value));
      lines.push(
        `<text x="${left - 8}" y="${y + 13}" text-anchor="end" fill="#333">${escaped(name)}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${Math.max(1, end - left)}" height="${bar - 4}" fill="${colours[colour]}"/>`,
        `<text x="${end + 6}" y="${y + 13}" fill="#333">${shown(value)}</text>`,
      );
      y += bar;
    }
    y += gap;
  }
  return lines;
}

function limit({ limit: bound }: Chart, x: Axis, height: number): readonly string[] {
  if (bound === undefined) return [];
  const at = round(x.at(bound.value));
  return [
    `<line x1="${at}" x2="${at}" y1="${top - 12}" y2="${height - 40}" stroke="#000" stroke-dasharray="5 4"/>`,
    `<text x="${at}" y="${top - 18}" text-anchor="middle" fill="#000">${escaped(bound.label)}</text>`,
  ];
}

function shown(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 6 });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
