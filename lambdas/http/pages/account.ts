import { type Html, html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import type { Instant } from '../../runtime/clock.ts';
import { type ConnectedView, connectedAccounts } from './connected-accounts.ts';
import { dated } from './dated.ts';
import { document, form } from './document.ts';
import type { Look } from './look.ts';
import { type ClientOrigin, name, type ScopeWords, scopeWords, vouchedFor } from './wording.ts';

/** Everything that a person granted to one client. */
export interface AccountEntry {
  readonly clientId: string;
  readonly clientName: string;
  /** Absent: it is not registered any more. */
  readonly origin?: ClientOrigin | undefined;
  readonly granted: readonly {
    readonly resource?: { readonly name: string; readonly host: string } | undefined;
    readonly scopes: readonly ScopeWords[];
    readonly offline: boolean;
  }[];
  readonly since: Instant;
}

export interface AccountView {
  readonly person: string;
  /** As people know it. */
  readonly idp: string;
  readonly entries: readonly AccountEntry[];
  /** What goes on no more until they have signed in again. */
  readonly waiting: readonly { readonly grant: string; readonly clientName: string }[];
  /** Accounts at third parties; absent: there are none here. */
  readonly connected?: ConnectedView | undefined;
  /** Where they sign in again. */
  readonly leadsTo: readonly string[];
  /** What was just done, in a sentence. */
  readonly done?: string | undefined;
  /**
   * All forms post there: `fields` and either `withdraw` with a client id, `renew` with a grant, `disconnect` with a
   * connected account, or `sign_out`.
   */
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
}

/** What a person granted, and one button each to withdraw it. */
export function accountPage(look: Look, view: AccountView): HttpResponse {
  return document(look, {
    status: 200,
    title: 'Your access',
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>What you allowed</h1>
      <p class="soft">You are signed in as <strong>${name(view.person)}</strong>, with ${name(view.idp)}.</p>
      ${view.done === undefined ? undefined : html`<p class="done" role="status">${view.done}</p>`}
      ${view.waiting.map((one, index) => waits(one, index, view))}
      ${view.entries.length === 0 ? html`<p>No application has access in your name.</p>` : undefined}
      ${view.entries.map((entry, index) => listed(entry, index, view, look))}
      ${view.connected && connectedAccounts(view.connected, view)}
      <div class="leave">
        ${form(view.action, view.fields, html`<button name="sign_out" value="yes">Sign out</button>`)}
      </div>
    `,
  });
}

function waits(
  { grant, clientName }: AccountView['waiting'][number],
  index: number,
  view: AccountView,
): Html {
  const heading = `waiting-${index}`;
  const renew = html`<button name="renew" value="${grant}" aria-describedby="${heading}">
    Sign in again
  </button>`;
  return html`<section class="entry" aria-labelledby="${heading}">
    <h2 id="${heading}">${name(clientName)} waits for you</h2>
    <p>
      What it does while you are away goes on only if you sign in again. If you do nothing, it ends within a
      day.
    </p>
    <footer>
      <p class="soft">With ${name(view.idp)}</p>
      ${form(view.action, view.fields, renew)}
    </footer>
  </section>`;
}

function listed(entry: AccountEntry, index: number, view: AccountView, look: Look): Html {
  const heading = `client-${index}`;
  const withdraw = html`<button name="withdraw" value="${entry.clientId}" aria-describedby="${heading}">
    Withdraw
  </button>`;
  return html`<section class="entry" aria-labelledby="${heading}">
    <h2 id="${heading}">${name(entry.clientName)}</h2>
    <p class="soft">
      ${entry.origin === undefined ? html`It is not registered any more.` : vouchedFor(entry.origin, look)}
    </p>
    ${entry.granted.map(granted)}
    <footer>
      <p>Since ${dated(entry.since)}</p>
      ${form(view.action, view.fields, withdraw)}
    </footer>
  </section>`;
}

function granted({ resource, scopes, offline }: AccountEntry['granted'][number]): Html {
  return html`
    ${resource && html`<p>${name(resource.name)} <span class="soft">${name(resource.host)}</span></p>`}
    <ul class="rows may">
      ${scopes.map((scope) => html`<li>${scopeWords(scope)}</li>`)}
      ${offline ? html`<li>Go on while you are away</li>` : undefined}
    </ul>
  `;
}
