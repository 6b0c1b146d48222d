import { type Html, html } from '../html.ts';
import type { Look } from './look.ts';

/** Who a client is, by what somebody vouches for. */
export type ClientOrigin =
  /** The company itself, in the config or by an operator. */
  | { readonly kind: 'declared' }
  /** The host that serves its metadata document. */
  | { readonly kind: 'document'; readonly host: string }
  /** Nobody: it registered itself. */
  | { readonly kind: 'self' };

/** Names come from strangers: set apart, so that their direction of writing does not reach what stands beside them. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

export function companyName({ company }: Look): Html {
  return company === undefined ? html`your company` : name(company);
}

export function vouchedFor(origin: ClientOrigin, look: Look): Html {
  const company = companyName(look);
  switch (origin.kind) {
    case 'declared':
      return html`<span class="tag">Registered</span> by ${company}`;
    case 'document':
      return html`<span class="tag">Verified host</span> ${name(origin.host)}`;
    case 'self':
      return html`It introduced itself; nobody at ${company} has checked it.`;
  }
}

/** A scope as people read it. */
export interface ScopeWords {
  readonly name: string;
  readonly description?: string | undefined;
}

/** OpenID scopes are no resource's, so no registration describes them (OpenID Connect Core §5.4). */
const openIdWords: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know who you are'],
  ['profile', 'See your name'],
  ['email', 'See your e-mail address'],
]);

export function scopeWords({ name: scope, description }: ScopeWords): Html {
  const words = description ?? openIdWords.get(scope);
  return words === undefined ? html`<code>${scope}</code>` : html`${words}`;
}

/** The row that says which client it is, and who vouches for it. */
export function whoAsks(client: { readonly name: string; readonly origin: ClientOrigin }, look: Look): Html {
  return html`<div>
    <dt>Who is asking</dt>
    <dd><strong>${name(client.name)}</strong></dd>
    <dd>${vouchedFor(client.origin, look)}</dd>
  </div>`;
}

/** The row that says which resource it is about. */
export function whatFor(resource: { readonly name: string; readonly host: string }): Html {
  return html`<div>
    <dt>What for</dt>
    <dd><strong>${name(resource.name)}</strong></dd>
    <dd>${name(resource.host)}</dd>
  </div>`;
}
