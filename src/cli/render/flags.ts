import { paint, wrap, wrapAll } from './text.ts';

export type FlagsToRender = {
  readonly state: string;
  readonly stopped: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly flags: readonly {
    readonly key: string;
    readonly code: string | null;
    readonly weight: number;
    readonly exposed: number;
    readonly version: number;
    readonly killed: { readonly by: string; readonly at: string; readonly reason?: string } | null;
  }[];
};

export function renderFlags({ state, stopped, flags }: FlagsToRender): string[] {
  const head =
    stopped === null
      ? []
      : wrapAll([`${paint('red', 'STOPPED')} by ${stopped.by} at ${stopped.at}: every rollout is closed`]);
  const lines = flags.flatMap(({ key, code, weight, exposed, version, killed }) => {
    const name = code === null ? key : `${code} (${key})`;
    const was = exposed === weight ? '' : ` (was ${percent(weight)})`;
    const shown = `${name}  ${percent(exposed)} of users${was}, version ${version}`;
    const told = killed === null ? '' : `; ${paint('red', 'killed')} by ${killed.by} at ${killed.at}`;
    const why = killed?.reason === undefined ? '' : `: ${killed.reason}`;
    return wrap(`${shown}${told}${why}`, '  ');
  });
  return [...head, ...(lines.length === 0 ? ['there is no flag now'] : lines), `  state ${state}`];
}

/** Whole hundredths of a percent is what a flag can hold. */
function percent(weight: number): string {
  return `${Number((weight * 100).toFixed(2))} %`;
}

type TokenToRender = {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly scopes: readonly string[];
  readonly by: string;
  readonly at: string;
};

export function renderTokens(tokens: readonly TokenToRender[]): string[] {
  if (tokens.length === 0) return ['there is no token: autoland flags token --scope read'];
  return tokens.flatMap(({ id, name, environment, scopes, by, at }) =>
    wrap(`${id}  ${name}, ${environment}: ${scopes.join(' and ')}, made by ${by} at ${at}`, '  '),
  );
}

export function renderRevoked({ id, name }: TokenToRender): string[] {
  return wrapAll([`revoked ${id} (${name}): it counts no more, and its open streams end`]);
}
