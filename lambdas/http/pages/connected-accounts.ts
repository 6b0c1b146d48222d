import type { Instant } from '../../runtime/clock.ts';
import { type Html, html } from '../html.ts';
import type { AccountView } from './account.ts';
import { dated } from './dated.ts';
import { buttonTo, form } from './document.ts';
import { name, type ScopeWords, scopeWords } from './wording.ts';

/** An agent, and what it may do. */
export interface AllowedAgent {
  readonly name: string;
  readonly scopes: readonly ScopeWords[];
}

/** One place for an account at a third party. */
export interface ConnectedEntry {
  /** Without a host: it is declared no more. */
  readonly provider: { readonly name: string; readonly host?: string };
  /** The group of agents whose account it is; absent: the person's own. */
  readonly group?: string | undefined;
  /** Where it is connected; absent: it can not be, at the moment. */
  readonly connectAt?: `/${string}` | undefined;
  /** Absent: none is connected. */
  readonly connection?:
    | {
        readonly id: string;
        readonly state: 'active' | 'interaction_required' | 'disconnecting';
        readonly since: Instant;
        readonly agents: readonly AllowedAgent[];
      }
    | undefined;
}

/** `unavailable`: nobody can tell now. */
export type ConnectedView = readonly ConnectedEntry[] | 'unavailable';

/** The accounts of a person at third parties, and one button each to disconnect it. */
export function connectedAccounts(
  connected: ConnectedView,
  { action, fields }: Pick<AccountView, 'action' | 'fields'>,
): Html | undefined {
  if (connected === 'unavailable') {
    return html`<h2 class="part">Connected accounts</h2>
      <p>
        Your connected accounts cannot be shown at the moment. Nothing of them has changed: try again later.
      </p>`;
  }
  if (connected.length === 0) return undefined;
  const disconnect = (id: string, heading: string): Html =>
    form(
      action,
      fields,
      html`<button name="disconnect" value="${id}" aria-describedby="${heading}">Disconnect</button>`,
    );
  return html`<h2 class="part">Connected accounts</h2>
    ${connected.map((entry, index) => listed(entry, `account-${index}`, disconnect))}`;
}

/** What agents may do, each with its name. */
export function allowedAgents(agents: readonly AllowedAgent[]): Html {
  return html`${agents.map(
    (agent) =>
      html`<p>${name(agent.name)} may</p>
        <ul class="rows may">
          ${agent.scopes.map((scope) => html`<li>${scopeWords(scope)}</li>`)}
        </ul>`,
  )}`;
}

function listed(
  entry: ConnectedEntry,
  heading: string,
  disconnect: (id: string, heading: string) => Html,
): Html {
  const { provider, group, connection } = entry;
  const usable = connection?.state === 'disconnecting' ? undefined : connection;
  return html`<section class="entry" aria-labelledby="${heading}">
    <h3 id="${heading}">
      ${name(provider.name)}${group === undefined ? undefined : html`, for the group ${name(group)}`}
    </h3>
    ${provider.host === undefined ? undefined : html`<p class="soft">${name(provider.host)}</p>`}
    ${provider.host === undefined ? gone(connection?.state, provider.name) : standing(connection?.state, provider.name)}
    ${usable && allowedAgents(usable.agents)}
    <footer>
      ${connection && html`<p>Since ${dated(connection.since)}</p>`} ${wayToConnect(entry)}
      ${usable && disconnect(usable.id, heading)}
    </footer>
  </section>`;
}

function gone(state: NonNullable<ConnectedEntry['connection']>['state'] | undefined, who: string): Html {
  return html`<p class="warning">
    ${name(who)} is not set up here any more: no agent can use this account, and nobody can make sure that it
    is revoked there. ${state === 'disconnecting' ? 'It is disconnected: look' : 'Disconnect it, and look'} at
    your account there.
  </p>`;
}

const labels = { active: 'Change', interaction_required: 'Connect again', none: 'Connect' } as const;

function wayToConnect({ connectAt, connection }: ConnectedEntry): Html | undefined {
  const state = connection?.state ?? 'none';
  if (connectAt === undefined || state === 'disconnecting') return undefined;
  return buttonTo(connectAt, html`${labels[state]}`);
}

function standing(state: NonNullable<ConnectedEntry['connection']>['state'] | undefined, who: string): Html {
  switch (state) {
    case undefined:
      return html`<p>It is not connected.</p>`;
    case 'active':
      return html`<p><span class="tag">Connected</span></p>`;
    case 'interaction_required':
      return html`<p class="warning">
        ${name(who)} takes what it gave no more. No agent can use this account until you connect it again.
      </p>`;
    case 'disconnecting':
      return html`<p class="warning">
        It is being disconnected: no agent uses it any more, and ${name(who)} is asked to revoke it until it
        says that it has.
      </p>`;
  }
}
