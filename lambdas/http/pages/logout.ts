import { type Html, html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { destination, type RedirectPlace } from './consent.ts';
import { buttonTo, document, form } from './document.ts';
import type { Look } from './look.ts';
import { type ClientOrigin, name, whoAsks } from './wording.ts';

interface ClientView {
  readonly name: string;
  readonly origin: ClientOrigin;
}

/** What a person is asked who may be signed out. */
export interface LogoutView {
  /** Who wants it, where that is not the person. */
  readonly client?: ClientView | undefined;
  /** Where they go afterwards. */
  readonly redirect?: RedirectPlace | undefined;
  /** Who is signed in, where that is known. */
  readonly person?: string | undefined;
  /** What ends with it; absent: nobody is known to be signed in here. */
  readonly ends?: 'sessions' | 'everything' | undefined;
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
  /** Where the answer to the form may redirect to. */
  readonly leadsTo: readonly string[];
}

/** OIDC RP-Initiated Logout §2: whether the person wants it, who asks, and what ends. */
export function logoutPage(look: Look, view: LogoutView): HttpResponse {
  const { client, redirect, person } = view;
  return document(look, {
    status: 200,
    title: 'Sign out?',
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>Do you want to sign out?</h1>
      ${
        person === undefined
          ? undefined
          : html`<p class="soft">You are signed in as <strong>${name(person)}</strong>.</p>`
      }
      ${client && rows(look, client, redirect)}
      <p>${whatEnds(view)} You are then signed out where you sign in, too, if that is possible from here.</p>
      ${form(view.action, view.fields, decision)}
    `,
    footer: access,
  });
}

function rows(look: Look, client: ClientView, redirect: RedirectPlace | undefined): Html {
  return html`<dl class="rows">
    ${whoAsks(client, look)}
    ${
      redirect &&
      html`<div>
        <dt>Where you are sent afterwards</dt>
        <dd>${destination(redirect)}</dd>
      </div>`
    }
  </dl>`;
}

function whatEnds({ ends, client }: LogoutView): Html {
  if (ends === undefined) return html`Nobody is known to be signed in at this browser.`;
  if (ends === 'everything') return html`Everything ends that applications do in your name.`;
  const who = client === undefined ? html`Applications` : name(client.name);
  return html`${who} can go on in your name only where you allowed that for while you are away.`;
}

const decision = html`<div class="actions">
  <button class="main" name="decision" value="sign_out">Sign out</button>
  <button name="decision" value="stay">Stay signed in</button>
</div>`;

const access = html`<p>
  You can see and withdraw what you allowed at any time under <a href="/account">your access</a>.
</p>`;

/** What is done, and what is not. */
export interface SignedOutView {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Where the client waits. */
  readonly onward?: { readonly client: string; readonly href: string } | undefined;
}

export function signedOutPage(look: Look, { title, paragraphs, onward }: SignedOutView): HttpResponse {
  return document(look, {
    status: 200,
    title,
    body: html`
      <h1>${title}</h1>
      ${paragraphs.map((text) => html`<p>${text}</p>`)}
      ${
        onward &&
        html`<p class="actions">${buttonTo(onward.href, html`Back to ${name(onward.client)}`, 'main')}</p>`
      }
    `,
    footer: access,
  });
}
