import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { type AllowedAgent, allowedAgents } from './connected-accounts.ts';
import { buttonTo, document } from './document.ts';
import type { Look } from './look.ts';
import { name } from './wording.ts';

/** An account that is connected, and for whom. */
export interface ConnectedPageView {
  readonly provider: string;
  readonly agents: readonly AllowedAgent[];
}

export function connectedPage(look: Look, { provider, agents }: ConnectedPageView): HttpResponse {
  return document(look, {
    status: 200,
    title: `${provider} is connected`,
    body: html`
      <h1>${name(provider)} is connected</h1>
      <p>You can go back to where you came from, and close this page.</p>
      ${allowedAgents(agents)}
      <p class="actions">${buttonTo('/account', html`See your access`)}</p>
    `,
    footer: html`<p>
      You can see and disconnect your accounts at any time under <a href="/account">your access</a>.
    </p>`,
  });
}
