import { isMediaType } from './media-type.ts';

/** Whether the caller would rather have JSON than a page; without a preference it is a browser. */
export function prefersJson(accept: string | undefined): boolean {
  return quality(accept, 'application/json') > quality(accept, 'text/html');
}

function quality(accept = '', type: string): number {
  const range = accept.split(',').find((candidate) => isMediaType(candidate, type));
  if (range === undefined) return 0;
  const weight = Number(/;\s*q=([0-9.]+)/i.exec(range)?.[1] ?? '1');
  return Number.isNaN(weight) ? 0 : weight;
}
