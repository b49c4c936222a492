/** A way out of the sandbox: a Unix socket of a proxy outside, which programs inside reach as a port of loopback. */
export type Door = {
  readonly port: number;
  /** Inside. */
  readonly socket: string;
  /** What clients inside are told. It wins over the job's own environment. */
  readonly environment: Readonly<Record<string, string>>;
};

export type OpenDoor = {
  readonly door: Door;
  /** Of the proxy, on the host. */
  readonly outside: string;
};

export const REGISTRY_DOOR: Door = {
  port: 4873,
  socket: '/run/registry.sock',
  environment: {
    npm_config_registry: 'http://127.0.0.1:4873/',
    npm_config_replace_registry_host: 'always',
    npm_config_ignore_scripts: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_cache: '/tmp/.npm',
    // The proxy retries by itself; npm's own pauses last up to a minute each.
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '200',
    npm_config_fetch_retry_maxtimeout: '1000',
  },
};

/** The job brings the token: ANTHROPIC_API_KEY, OPENAI_API_KEY. */
export const MODEL_DOOR: Door = {
  port: 4874,
  socket: '/run/model.sock',
  environment: {
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:4874',
    OPENAI_BASE_URL: 'http://127.0.0.1:4874/v1',
  },
};
