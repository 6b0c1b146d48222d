import type { EgressApi, NamedValue } from '../../ports/egress-providers.ts';

/** Where calls by a connection may go, the first unless they name another; undefined where the connection does not say its own. */
export function originsFor(
  { origins, originFact, originSuffixes = [] }: EgressApi,
  facts: readonly NamedValue[],
): readonly string[] | undefined {
  if (originFact === undefined) return origins;
  const said = facts.find(({ name }) => name === originFact)?.value;
  const own = said === undefined ? undefined : originWithin(said, originSuffixes);
  return own === undefined ? undefined : [own, ...origins.filter((origin) => origin !== own)];
}

/** https, of a host below one of those, and nothing else. */
function originWithin(text: string, suffixes: readonly string[]): string | undefined {
  const url = URL.parse(text);
  if (url?.href !== `https://${url?.hostname ?? ''}/`) return undefined;
  const isWithin = suffixes.some(
    (suffix) =>
      suffix.startsWith('.') && url.hostname.endsWith(suffix) && url.hostname.length > suffix.length,
  );
  return isWithin ? url.origin : undefined;
}
