import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { buttonTo, document } from './document.ts';
import type { Look } from './look.ts';
import { companyName, name } from './wording.ts';

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

export interface StrangersView {
  readonly client: string;
  /** The https redirect URI with its answer: of a client that nobody vouches for, and nobody said yes to. */
  readonly href: string;
  readonly error: string;
  readonly description: string;
}

/** AS-22: leaves it to the person whether they go where a stranger wants them. */
export function strangersPage(look: Look, { client, href, error, description }: StrangersView): HttpResponse {
  const place = name(new URL(href).host);
  return document(look, {
    status: 200,
    title: `Back to ${client}?`,
    body: html`
      <h1>Nothing was allowed</h1>
      <p>${name(client)} asked for access, and got none.</p>
      <p class="soft">It would be told <code>${error}</code>: ${description}.</p>
      <p class="warning">
        <strong>From here you would go to ${place}</strong>, which nobody at ${companyName(look)} has checked.
        If you do not know it, close this page.
      </p>
      <p class="actions">${buttonTo(href, html`Go on to ${place}`)}</p>
    `,
  });
}
