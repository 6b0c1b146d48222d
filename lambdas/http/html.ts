import { createHash } from 'node:crypto';
import type { HttpResponse } from './message.ts';

const style =
  'body{font:1.125rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}' +
  'h1{font-size:1.5rem}small{opacity:.7}';

// Nothing runs, nothing loads, nobody frames it: the one style is known by its digest.
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  readonly title: string;
  /** Plain text: it is escaped here. */
  readonly paragraphs: readonly string[];
  /** What to tell an administrator. */
  readonly reference: string;
}

/** A page of words for a person. */
export function page(status: number, { title, paragraphs, reference }: Page): HttpResponse {
  const body = paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('');
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    },
    body:
      '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width, initial-scale=1">' +
      `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>` +
      `<h1>${escapeHtml(title)}</h1>${body}<p><small>Reference: ${escapeHtml(reference)}</small></p>` +
      '</main></body></html>',
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
