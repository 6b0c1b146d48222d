import { type Html, html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import type { Look } from './look.ts';

/** What a page says in its own words; all text is plain. */
export interface PageContent {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  readonly footer?: Html | undefined;
  /** Where what is answered to a form of this page may redirect to; absent: the page has no form. */
  readonly formLeadsTo?: readonly string[] | 'anywhere' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A whole page. Nothing in it runs, nothing loads, nobody frames it, nobody keeps it. */
export function document(look: Look, content: PageContent): HttpResponse {
  const company = look.company ?? 'Sign-in';
  const [mark = ''] = company.trim().toUpperCase();
  const { title, body, footer } = content;
  return {
    status: content.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy(look, content.formLeadsTo),
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      ...content.headers,
    },
    body: html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>${title} · ${company}</title>
          ${{ html: `<style>${look.styleSheet}</style>` }}
        </head>
        <body>
          <header><span class="mark" aria-hidden="true">${mark}</span><bdi>${company}</bdi></header>
          <main>${body}</main>
          <footer>${footer}</footer>
        </body>
      </html>`.html,
  };
}

/**
 * Chromium holds the redirects that follow a form against the `form-action` of its page, all the way: to the identity
 * provider, on through hosts of its own that nobody can list, and back to the client. So a page with a form allows https
 * as a whole, and of plain http what the answer is known to lead to.
 */
function policy({ styleDigest }: Look, formLeadsTo: PageContent['formLeadsTo']): string {
  const targets = formLeadsTo === undefined ? ["'none'"] : ["'self'", ...new Set(sources(formLeadsTo))];
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleDigest}'`,
    "base-uri 'none'",
    `form-action ${targets.join(' ')}`,
    "frame-ancestors 'none'",
  ].join('; ');
}

function sources(formLeadsTo: readonly string[] | 'anywhere'): readonly string[] {
  return formLeadsTo === 'anywhere' ? ['https:', 'http:'] : formLeadsTo.flatMap(source);
}

function source(url: string): readonly string[] {
  const { protocol, host, hostname } = new URL(url);
  if (protocol === 'https:') return ['https:'];
  // Another scheme is never redirected to: a page with a link comes between.
  if (protocol !== 'http:') return [];
  // CSP has no way to write an IPv6 address; and what it reads as more than a host is none.
  return [/^[\w.-]+$/.test(hostname) ? `http://${host}` : 'http:'];
}

/** A form that posts to a path of ours, with what it carries hidden. */
export function form(action: `/${string}`, fields: Readonly<Record<string, string>>, content: Html): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="${action}">${hidden}${content}</form>`;
}

/** A link that looks like a button; the one that a page is about is `main`. Throws for what would run in the page. */
export function buttonTo(href: string, label: Html, look: 'main' | 'plain' = 'plain'): Html {
  const { protocol } = new URL(href, 'https://path.of.ours');
  // No registration takes one of these as a redirect URI; were it otherwise, a press would run it here.
  if (/^(javascript|data|vbscript|blob|file|about):$/.test(protocol))
    throw new Error(`no link to ${protocol}`);
  return html`<a class="${look === 'main' ? 'button main' : 'button'}" href="${href}">${label}</a>`;
}
