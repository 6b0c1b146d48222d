import { isMediaType } from './media-type.ts';

export const introspectionJwt = 'application/token-introspection+jwt';

/** Whether the caller would rather have JSON than a page; without a preference it is a browser. */
export function prefersJson(accept: string | undefined): boolean {
  return quality(accept, 'application/json') > quality(accept, 'text/html');
}

/** Whether the server of a resource wants an introspection as a signed JWT (RFC 9701 §4); unsaid, it is plain JSON. */
export function prefersSigned(accept: string | undefined): boolean {
  const signed = quality(accept, introspectionJwt);
  return signed > 0 && signed >= quality(accept, 'application/json');
}

function quality(accept = '', type: string): number {
  const range = accept.split(',').find((candidate) => isMediaType(candidate, type));
  if (range === undefined) return 0;
  const weight = Number(/;\s*q=([0-9.]+)/i.exec(range)?.[1] ?? '1');
  return Number.isNaN(weight) ? 0 : weight;
}
