import type { IncomingHttpHeaders } from 'node:http';

/**
 * For how many seconds more a response is fresh, as a cache that many share reads it; undefined where its headers do not
 * say. What cannot be read is stale, as HTTP has it.
 */
export function freshSecondsOf(headers: IncomingHttpHeaders): number | undefined {
  const directives = (headers['cache-control'] ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.some((directive) => /^(?:no-store|no-cache|private)(?:=|$)/.test(directive))) return 0;
  const lifetime = seconds(directives, 's-maxage') ?? seconds(directives, 'max-age') ?? untilExpiry(headers);
  if (lifetime === undefined) return undefined;
  const age = /^\d{1,10}$/.test(headers.age ?? '') ? Number(headers.age) : 0;
  return Math.max(0, lifetime - age);
}

function seconds(directives: readonly string[], name: string): number | undefined {
  const directive = directives.find((candidate) => candidate.startsWith(`${name}=`));
  if (directive === undefined) return undefined;
  const value = directive.slice(name.length + 1).replaceAll('"', '');
  return /^\d{1,10}$/.test(value) ? Number(value) : 0;
}

/** By the clock of the host, which set both. */
function untilExpiry({ expires, date }: IncomingHttpHeaders): number | undefined {
  if (expires === undefined) return undefined;
  const lifetime = (Date.parse(expires) - Date.parse(date ?? '')) / 1_000;
  return Number.isNaN(lifetime) ? 0 : Math.floor(lifetime);
}
