import type { ApiRefusal, ExchangeFault } from '../../ports/downstream-apis.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { refuse, type Result } from '../../runtime/result.ts';

/** Why the provider of an API gives no token of it, and what whoever asked can do about that. */
export interface ApiTokenRefusal {
  readonly reason: 'api_token_refused';
  /** For the audit trail: the provider's own code, where it gave one. */
  readonly why: string;
  readonly error: 'interaction_required' | 'consent_required' | 'invalid_target' | 'invalid_scope';
  readonly description: string;
  /** Of the answer, beside error and description. */
  readonly members: Readonly<Record<string, string>>;
}

interface AskedOf {
  readonly issuer: Issuer;
  /** What clients ask its provider for by `acr_values`, and what it is called there. */
  readonly acr: Readonly<Record<string, string>> | undefined;
}

const signInAgain =
  'nothing is kept of the sign-in of the person that the identity provider of the API takes: have the person grant access again, to a client with refresh tokens';

export function apiRefused(refusal: ApiRefusal, asked: AskedOf): Result<never, ApiTokenRefusal> {
  const vendorCode = 'vendorCode' in refusal ? refusal.vendorCode : undefined;
  const code = vendorCode === undefined ? '' : ` (${vendorCode})`;
  const told = (
    why: string,
    error: ApiTokenRefusal['error'],
    description: string,
    members: ApiTokenRefusal['members'] = {},
  ) => refuse({ reason: 'api_token_refused', why: `${why}${code}`, error, description, members } as const);

  if (isWithoutTarget(refusal)) return told(refusal.kind, 'invalid_target', noTarget[refusal.kind]);
  switch (refusal.kind) {
    case 'interaction_required':
      return told(
        refusal.kind,
        'interaction_required',
        `the identity provider of the API wants the person first${code}: ${whereTo(refusal)}`,
        interactionMembers(refusal, asked),
      );
    case 'consent_required':
      return told(
        refusal.kind,
        'consent_required',
        `nobody has consented at the identity provider to what is asked of the API${code}: an administrator consents there`,
      );
    case 'refused':
      return told(
        refusal.fault ?? refusal.error,
        refusal.error === 'invalid_scope' ? 'invalid_scope' : 'invalid_target',
        `the identity provider gives no token of the API: ${refusal.error}${code}${wayOut(refusal)}`,
      );
    case 'ended':
      return told(refusal.reason, 'interaction_required', signInAgain);
    case 'not_kept':
      return told(refusal.kind, 'interaction_required', signInAgain);
  }
}

const noTarget = {
  idp_disabled: 'the identity provider of the API is disabled here',
  api_gone: 'the API is disabled here, or registered no more',
  not_allowed: 'the agent gets no such token of the API as itself',
} as const satisfies Readonly<Partial<Record<ApiRefusal['kind'], string>>>;

type WithoutTarget = Extract<ApiRefusal, { readonly kind: keyof typeof noTarget }>;

function isWithoutTarget(refusal: ApiRefusal): refusal is WithoutTarget {
  return Object.hasOwn(noTarget, refusal.kind);
}

const sayings: Readonly<Record<ExchangeFault, string>> = {
  exchange_not_allowed: 'its client may not exchange tokens',
  audience_unknown: 'it knows no such audience',
  audience_not_allowed: 'the audience is none that its client may have',
  presented_for_others: 'what is presented was made for others than its client',
  presented_token_bound: 'what is presented is bound to a key',
  exchanged_tokens_bound: 'it binds what it gives to a key of its client, which nobody else has',
  dpop_required: 'it wants a proof of possession (DPoP)',
  dpop_proof_refused: 'it does not take the proof of possession (DPoP)',
  agents_not_allowed: 'its client gets no token as itself there',
  scope_not_allowed: 'its client may not have that scope as itself',
  scopes_of_several: 'the scopes are of several APIs, and a token is for one',
  credentials_refused: 'it does not take what its client proves itself by',
};

/** In our own words, and in the characters that a description may have (RFC 6749 §5.2). */
function wayOut({ fault, fix = '' }: Extract<ApiRefusal, { readonly kind: 'refused' }>): string {
  if (fault === undefined) return '';
  return `, ${sayings[fault]}. ${fix.replaceAll('›', '>').replaceAll('"', "'")}`;
}

type Interaction = Extract<ApiRefusal, { readonly kind: 'interaction_required' }>;

function whereTo({ url, claims }: Interaction): string {
  if (url !== undefined) return 'send them to interaction_uri, and ask again';
  return claims === undefined
    ? 'have them grant access again'
    : 'have the client that they use ask at authorization_uri for their grant again, and exchange what it sends then';
}

/**
 * What a client that people use can act on. RFC 9470 §3: `acr_values`, where the challenge is for a level that it can be asked
 * for by a name of ours.
 */
function interactionMembers(
  { url, claims }: Interaction,
  { issuer, acr }: AskedOf,
): ApiTokenRefusal['members'] {
  if (url !== undefined) return { interaction_uri: url };
  if (claims === undefined) return {};
  const level = levelIn(claims, acr);
  const asking = new URLSearchParams(level === undefined ? { claims } : { acr_values: level });
  return {
    claims,
    ...(level !== undefined && { acr_values: level }),
    authorization_uri: `${issuer}/authorize?${asking.toString()}`,
  };
}

/** The authentication context that a challenge of Entra is for, as clients call it here. */
function levelIn(claims: string, acr: AskedOf['acr']): string | undefined {
  const { access_token: ofToken } = JSON.parse(claims) as {
    readonly access_token?: { readonly acrs?: { readonly value?: unknown } };
  };
  const value = ofToken?.acrs?.value;
  if (typeof value !== 'string' || !/^c[1-9]\d?$/.test(value)) return undefined;
  return acr === undefined ? value : Object.entries(acr).find(([, theirs]) => theirs === value)?.[0];
}
