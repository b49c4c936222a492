/** Where spans go. */
export type OtlpSettings = {
  readonly url: string;
  /** What tracing calls this program. */
  readonly service: string;
  /** They may hold a key: told to nobody else. */
  readonly headers: Readonly<Record<string, string>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the operator says in OpenTelemetry's own variables; the repository has no say in it. undefined: nothing, so that no span is made.
 * `trouble`: it says something that cannot be done; then there are no spans either.
 */
export function otlpSettings(env: Environment): OtlpSettings | { readonly trouble: string } | undefined {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none';
  if (isOff || (!own && !base)) return undefined;
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf';
  if (protocol !== 'http/protobuf')
    return {
      trouble: `expected OTEL_EXPORTER_OTLP_PROTOCOL to be http/protobuf, found ${JSON.stringify(protocol)}`,
    };
  const url = urlOf(own || `${base?.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined)
    return { trouble: `expected an http or https URL in OTEL_EXPORTER_OTLP_ENDPOINT, found another text` };
  const headers = headersOf(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? '');
  return headers === undefined
    ? { trouble: 'expected OTEL_EXPORTER_OTLP_HEADERS to be NAME=VALUE,…, found another text' }
    : { url, service: env.OTEL_SERVICE_NAME?.trim() || 'autoland', headers };
}

function urlOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined;
}

/** As W3C Baggage writes them, values percent-encoded. */
function headersOf(text: string): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    const decoded = decodedOf(value);
    if (name === '' || decoded === undefined || /[\r\n\0]/.test(decoded)) return undefined;
    headers[name.toLowerCase()] = decoded;
  }
  return headers;
}

function decodedOf(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
