import type { Instant } from '../../runtime/clock.ts';
import { type Html, html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { dated } from './dated.ts';
import { buttonTo, document, form } from './document.ts';
import type { Look } from './look.ts';
import { companyName, name, type ScopeWords, scopeWords } from './wording.ts';

/** Something that may be let, and what the third party calls that which it takes. */
interface ScopeChoice extends ScopeWords {
  /** The field of the form. */
  readonly field: string;
  readonly upstream: readonly string[];
  readonly ticked: boolean;
}

/** What a person is asked who connects an account. All text is plain. */
export interface ConnectView {
  /** The third party, and the host at which they sign in there. */
  readonly provider: { readonly name: string; readonly host: string };
  readonly person: string;
  /** The identity provider that they are signed in at, as people know it. */
  readonly idp: string;
  /** Absent: the account is the person's own. Otherwise the agents of the group, which all use it. */
  readonly group?: { readonly name: string; readonly agents: readonly string[] } | undefined;
  readonly choices: readonly {
    readonly name: string;
    readonly scopes: readonly ScopeChoice[];
    /** It may have tokens of the third party itself, in place of calls that we let through. */
    readonly getsTokens: boolean;
  }[];
  /** What is connected already. */
  readonly before?: { readonly since: Instant; readonly works: boolean } | undefined;
  /** Nothing was ticked. */
  readonly nothing: boolean;
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
  /** Where the answer to the form may redirect to: the third party. */
  readonly leadsTo: readonly string[];
}

/** Who may do what with an account at a third party, and one decision. */
export function connectPage(look: Look, view: ConnectView): HttpResponse {
  const { provider, group } = view;
  const cancel = buttonTo('/account', html`Cancel`);
  return document(look, {
    status: 200,
    title: `Connect ${provider.name}?`,
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>
        ${
          group === undefined
            ? html`Connect your account at ${name(provider.name)}?`
            : html`Connect an account at ${name(provider.name)} for the group ${name(group.name)}?`
        }
      </h1>
      <p class="soft">You are signed in as <strong>${name(view.person)}</strong>, with ${name(view.idp)}.</p>
      <dl class="rows">
        <div>
          <dt>Where you go next</dt>
          <dd><strong>${name(provider.name)}</strong></dd>
          <dd>${name(provider.host)}</dd>
        </div>
      </dl>
      ${group && shared(group)} ${view.before && already(view.before)}
      ${view.nothing ? html`<p class="warning" role="alert">Tick what you want to allow, or cancel.</p>` : undefined}
      <h2>What you allow</h2>
      <p>The token of this account stays with ${companyName(look)}, and only what you tick is let through.</p>
      ${form(
        view.action,
        view.fields,
        html`${view.choices.map((choice) => chosen(choice, provider.name))}
          <div class="actions">
            <button class="main">Connect ${name(provider.name)}</button>
            ${cancel}
          </div>`,
      )}
    `,
    footer: html`<p>
      You can see and disconnect your accounts at any time under <a href="/account">your access</a>.
    </p>`,
  });
}

function chosen({ name: who, scopes, getsTokens }: ConnectView['choices'][number], provider: string): Html {
  return html`<fieldset>
    <legend>${name(who)} may</legend>
    <ul class="rows">
      ${scopes.map((scope) => html`<li>${tick(scope, provider)}</li>`)}
    </ul>
    ${
      getsTokens
        ? html`<p class="soft at">
            It may be given tokens of ${name(provider)} itself, for no more than that and for a short while.
          </p>`
        : undefined
    }
  </fieldset>`;
}

function tick(scope: ScopeChoice, provider: string): Html {
  const box = scope.ticked
    ? html`<input type="checkbox" name="${scope.field}" value="yes" checked />`
    : html`<input type="checkbox" name="${scope.field}" value="yes" />`;
  return html`<label class="tick"
    >${box}<span
      >${scopeWords(scope)}${
        scope.upstream.length === 0
          ? undefined
          : html`<span class="soft at"
              >${name(provider)} is asked for <code>${scope.upstream.join(' ')}</code></span
            >`
      }</span
    ></label
  >`;
}

function shared({ agents }: NonNullable<ConnectView['group']>): Html {
  return html`<p class="warning">
    <strong>All agents of the group use this account</strong>, whoever they work for:
    ${agents.map((agent, index) => html`${index === 0 ? '' : ', '}${name(agent)}`)}.
  </p>`;
}

function already({ since, works }: NonNullable<ConnectView['before']>): Html {
  const state = works
    ? html`It is connected since ${dated(since)}.`
    : html`It was connected on ${dated(since)}, and has to be connected again.`;
  return html`<p class="warning">${state} What you allow now takes the place of what was allowed before.</p>`;
}
