import type { CheckReport } from '../../../views/check-report.ts';
import { renderHtml } from './html.ts';
import { renderInToto } from './in-toto.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import { renderText, type TextLook } from './text.ts';

const renderers = {
  text: renderText,
  json: renderJson,
  sarif: renderSarif,
  junit: renderJunit,
  markdown: renderMarkdown,
  html: renderHtml,
  'in-toto': renderInToto,
} satisfies Record<string, (report: CheckReport, look: TextLook) => string>;

export type Format = keyof typeof renderers;
export const formats = Object.keys(renderers) as readonly Format[];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(renderers, name);
}

export function renderAs(format: Format, report: CheckReport, look: TextLook): string {
  return renderers[format](report, look);
}
