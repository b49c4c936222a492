import { AutolandError } from '../../../../domain/errors.ts';

/** A label, how it is compared, and a quoted string in PromQL's syntax. */
const matcher = /^\s*[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\[^\n])*"\s*$/;
const version = /^[A-Za-z0-9][A-Za-z0-9._+:@-]{0,200}$/;
const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,200}$/;

/** Matchers as PromQL has them between braces, so that nothing else gets into a query. Throws `usage`. */
export function readMatchers(text: string, option: string): readonly string[] {
  const body = text.trim().replace(/,$/, '');
  const parts = body.match(/(?:[^,"\\]|\\.|"(?:[^"\\]|\\.)*"|")+/gs) ?? [];
  const isWhole = parts.length > 0 && parts.join(',') === body;
  if (isWhole && parts.every((part) => matcher.test(part))) return parts.map((part) => part.trim());
  throw new AutolandError('usage', `expected matchers of labels for ${option}, found ${shown(text)}`, {
    mend: `write ${option} 'service_version="1.3"', several with commas between`,
  });
}

/** The version alone is enough: by the label that OpenTelemetry's resources have. */
export function readArm(text: string, option: string): readonly string[] {
  return version.test(text) ? [`service_version="${text}"`] : readMatchers(text, option);
}

export function readMetric(text: string, option: string): string {
  if (metric.test(text)) return text;
  throw new AutolandError('usage', `expected the name of a metric for ${option}, found ${shown(text)}`, {
    mend: `write ${option} http_server_request_duration_seconds, as the store spells it`,
  });
}

export function selectorOf(name: string, matchers: readonly string[]): string {
  return `${name}{${matchers.join(',')}}`;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
