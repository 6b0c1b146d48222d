import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { buttonTo, document } from './document.ts';
import type { Look } from './look.ts';
import { name } from './wording.ts';

export interface LeavingView {
  readonly client: string;
  /** The redirect URI with its answer, of a scheme that an application on this device opens. */
  readonly href: string;
  /** Whether access was granted. */
  readonly allowed: boolean;
}

/** Browsers open an application for a person who says so, and may refuse it to a redirect (IX-33). */
export function leavingPage(look: Look, { client, href, allowed }: LeavingView): HttpResponse {
  const { protocol } = new URL(href);
  return document(look, {
    status: 200,
    title: `Back to ${client}`,
    body: html`
      <h1>${allowed ? 'You are signed in' : 'Nothing was allowed'}</h1>
      <p>Go back to ${name(client)} to ${allowed ? 'go on' : 'see what that means there'}.</p>
      <p class="actions">${buttonTo(href, html`Open ${name(client)}`, 'main')}</p>
      <p class="soft">
        Your browser may ask whether it may open <code>${protocol}</code> links. You can close this page
        afterwards.
      </p>
    `,
  });
}
