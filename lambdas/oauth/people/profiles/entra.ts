import { namesAt } from './claim-at.ts';
import { generic, standardScopes } from './generic.ts';
import type { Claims, IssuerRule, ProviderProfile, Trusted, UpstreamWishes } from './profile.ts';

/** The sovereign clouds have hosts of their own. */
const hosts: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
]);

const tenantId = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const shared = /^(?<host>https?:\/\/[^/]+)\/(?:organizations|common)\/v2\.0$/;
const placeholder = '{tenantid}';

/** Whether an issuer is that of all tenants there are, of which the config has to name those that it trusts. */
export function isSharedIssuer(issuer: string): boolean {
  return shared.test(issuer);
}

/**
 * Tokens of a shared issuer have that of their own tenant; its metadata and its keys have a template. Whoever has a tenant
 * can have tokens issued there: without a list of tenants nobody is trusted.
 */
const issuers: IssuerRule = {
  ofMetadata: templateOf,
  ofToken: (idp, claims) => {
    const tid = claims['tid'];
    if (typeof tid !== 'string' || !tenantId.test(tid)) return undefined;
    if (!isSharedIssuer(idp.issuer)) return ownTenant(idp.issuer) === tid ? idp.issuer : undefined;
    return idp.tenants === undefined ? undefined : templateOf(idp).replace(placeholder, tid);
  },
  // A key may be one tenant's own, or that of personal accounts: then no other tenant's token is signed by it.
  ownsKey: (idp, { issuer }, claims) => {
    if (issuer === undefined) return !isSharedIssuer(idp.issuer);
    const { tid, iss } = claims;
    return typeof issuer === 'string' && issuer.replace(placeholder, String(tid)) === iss;
  },
};

function templateOf({ issuer }: Trusted): string {
  return issuer.replace(shared, `$<host>/${placeholder}/v2.0`);
}

function ownTenant(issuer: string): string | undefined {
  return URL.parse(issuer)?.pathname.split('/')[1];
}

function idTokenProblem(header: Claims, claims: Claims): string | undefined {
  if (header['nonce'] !== undefined) {
    return 'the token is for Microsoft Graph (nonce in its header), and nobody else can verify it: request api://<app>/<scope>';
  }
  if (claims['ver'] === '1.0') {
    return 'the token is of version 1.0: use the v2.0 endpoint, and set requestedAccessTokenVersion to 2 in the app manifest';
  }
  return undefined;
}

/** More than 200 groups are not in a token. The URL that stands there in their place is of a retired API, and not ours to trust. */
function isOverage(claims: Claims): boolean {
  const names = claims['_claim_names'];
  const isDistributed = typeof names === 'object' && names !== null && Object.hasOwn(names, 'groups');
  return isDistributed || claims['hasgroups'] === true;
}

/** Conditional Access: an authentication context, `c1` to `c99`, as an essential claim. One of them can be asked for. */
const authenticationContext = /^c[1-9]\d?$/;

function parameters({
  prompt,
  maxAge,
  acr,
  loginHint,
  challenge,
}: UpstreamWishes): Readonly<Record<string, string | undefined>> {
  const context = acr.find((value) => authenticationContext.test(value));
  return {
    // How old a sign-in may be is nothing that it documents; anew is.
    prompt: prompt ?? (maxAge === 0 ? 'login' : undefined),
    max_age: maxAge?.toString(),
    // Both at once are refused there.
    login_hint: prompt === 'select_account' ? undefined : loginHint,
    claims: claimsOf(context, challenge),
  };
}

/** A challenge is one of Conditional Access, that came with the refusal of a token, and is met by a sign-in with it. */
function claimsOf(context: string | undefined, challenge: string | undefined): string | undefined {
  if (context === undefined && challenge === undefined) return undefined;
  return JSON.stringify({
    ...(context !== undefined && { id_token: { acrs: { essential: true, value: context } } }),
    ...(challenge !== undefined && { access_token: JSON.parse(challenge) as object }),
  });
}

/** Microsoft Entra ID, v2.0. */
export const entra: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname, pathname }) => hosts.has(hostname) && pathname.endsWith('/v2.0'),
  // `sub` is another one for each application. Graph tells the groups of who signed in to `User.Read`.
  defaults: () => ({
    scopes: [...standardScopes, 'User.Read'],
    subjectClaim: 'oid',
    tenantClaim: 'tid',
    groupsClaim: 'groups',
  }),
  issuers,
  idTokenProblem,
  groups: (claims, groupsClaim) => {
    const names = namesAt(claims, groupsClaim);
    if (names !== undefined) return { at: 'claims', names };
    if (groupsClaim === 'groups' && isOverage(claims)) return { at: 'graph' };
    // Who has none has no claim.
    return { at: 'claims', names: [] };
  },
  userinfoTellsMore: false,
  stepUp: {
    parameters,
    isReached: (acr, claims) => (namesAt(claims, 'acrs') ?? []).includes(acr),
  },
  registration: { kind: 'none' },
  // Each use gives another, that is good for as long again.
  refreshIdleSeconds: 90 * 86_400,
  assertionAudience: 'token_endpoint',
};
