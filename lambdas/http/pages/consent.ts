import { type Html, html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { document, form } from './document.ts';
import type { Look } from './look.ts';
import { type ClientOrigin, name, type ScopeWords, scopeWords, whatFor, whoAsks } from './wording.ts';

/** Where it goes on afterwards. Of a redirect URI: `web` to another host, `loopback` to this computer, `app` to what opens its scheme. */
export type RedirectPlace =
  | {
      readonly kind: 'web' | 'loopback' | 'app';
      /** Host and port, or the scheme. */
      readonly place: string;
    }
  /** Nowhere: the client is on a device elsewhere. */
  | { readonly kind: 'device' };

/** What a person is asked. All text is plain: it is escaped where it becomes HTML. */
export interface ConsentView {
  readonly client: { readonly name: string; readonly origin: ClientOrigin };
  readonly redirect: RedirectPlace;
  /** Absent: the person's own claims and nothing else. */
  readonly resource?: { readonly name: string; readonly host: string } | undefined;
  readonly scopes: readonly ScopeWords[];
  /** Whether the client may go on while the person is away. */
  readonly offline: boolean;
  /** Who is signed in, where that is known. */
  readonly person?: string | undefined;
  /** The identity provider that the person signs in at, as people know it. */
  readonly idp: string;
  /** The form posts there: `fields`, and `decision` as `allow` or `deny`. */
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
  /** Where the answer to the form may redirect to: the identity provider, and the redirect URI. */
  readonly leadsTo: readonly string[];
}

export function redirectPlace(redirectUri: string): RedirectPlace {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (protocol !== 'https:' && protocol !== 'http:') return { kind: 'app', place: protocol.slice(0, -1) };
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return { kind: loopback ? 'loopback' : 'web', place: host };
}

/** UI-1, UI-3, UI-4: who asks, what for, where they are sent afterwards, and one decision. */
export function consentPage(look: Look, view: ConsentView): HttpResponse {
  const { client, resource } = view;
  const what =
    resource === undefined
      ? html`Let ${name(client.name)} know who you are?`
      : html`Let ${name(client.name)} use ${name(resource.name)}?`;
  return document(look, {
    status: 200,
    title: `Let ${client.name} in?`,
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>${what}</h1>
      <p class="soft">${signedIn(view)}</p>
      <dl class="rows">
        ${whoAsks(client, look)} ${resource && whatFor(resource)}
        <div>
          <dt>Where you are sent afterwards</dt>
          <dd>${destination(view.redirect)}</dd>
        </div>
      </dl>
      ${warning(view.redirect)}
      <h2>If you allow it, it may</h2>
      <ul class="rows may">
        ${view.scopes.map((scope) => html`<li>${scopeWords(scope)}</li>`)}
        ${view.offline ? html`<li>Go on doing so while you are away, until you withdraw this</li>` : undefined}
      </ul>
      ${form(view.action, view.fields, decision)}
    `,
    footer: html`<p>
      You can see and withdraw what you allowed at any time under <a href="/account">your access</a>.
    </p>`,
  });
}

const decision = html`<div class="actions">
  <button class="main" name="decision" value="allow">Allow</button>
  <button name="decision" value="deny">Cancel</button>
</div>`;

function signedIn({ person, idp }: ConsentView): Html {
  return person === undefined
    ? html`If you allow it, you sign in with ${name(idp)} next.`
    : html`You are signed in as <strong>${name(person)}</strong>, with ${name(idp)}.`;
}

export function destination(redirect: RedirectPlace): Html {
  if (redirect.kind === 'device') return html`Nowhere: it goes on at your <strong>device</strong>`;
  const { kind, place } = redirect;
  switch (kind) {
    case 'web':
      return html`<strong>${name(place)}</strong>`;
    case 'loopback':
      return html`An application on this computer, at <strong>${name(place)}</strong>`;
    case 'app':
      return html`The application on this device that opens <strong>${name(`${place}:`)}</strong> links`;
  }
}

/** UI-2: whoever listens there gets in, and nothing tells who that is. */
function warning({ kind }: RedirectPlace): Html | undefined {
  if (kind === 'web') return undefined;
  if (kind === 'device') {
    return html`<p class="warning">
      <strong>Go on only if you started this on your own device.</strong> Whoever has the device gets in.
    </p>`;
  }
  const [device, awaiting] =
    kind === 'loopback' ? ['computer', 'is listening there'] : ['device', 'opens these links'];
  return html`<p class="warning">
    <strong>Go on only if you began this yourself</strong>, in an application on this ${device}. Nothing tells
    us which one ${awaiting}.
  </p>`;
}
