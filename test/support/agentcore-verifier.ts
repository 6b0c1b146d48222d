import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';

/** `CustomJWTAuthorizer` as a template has it. */
export interface CustomJwtAuthorizer {
  readonly DiscoveryUrl: string;
  readonly AllowedAudience?: readonly string[];
  readonly AllowedClients?: readonly string[];
  readonly AllowedScopes?: readonly string[];
  readonly CustomClaims?: readonly CustomClaim[];
}

export interface CustomClaim {
  readonly InboundTokenClaimName: string;
  readonly InboundTokenClaimValueType: 'STRING' | 'STRING_ARRAY';
  readonly AuthorizingClaimMatchValue: {
    readonly ClaimMatchOperator: 'EQUALS' | 'CONTAINS' | 'CONTAINS_ANY';
    readonly ClaimMatchValue: {
      readonly MatchValueString?: string;
      readonly MatchValueStringList?: readonly string[];
    };
  };
}

/** `allowed`, or the first rule that the authorizer or the token breaks. */
export type Verdict =
  | 'allowed'
  | 'no rule'
  | 'discovery url'
  | 'issuer is no prefix'
  | 'algorithm'
  | 'signature, issuer or time'
  | 'audience'
  | 'client'
  | 'scope'
  | 'custom claim';

/**
 * Judges a token as AWS documents the custom JWT authorizer of AgentCore: every kind of rule that is set must hold,
 * within a list one entry. Where AWS says nothing, the stricter reading: RS256 alone, and an `aud` that is text.
 * https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-jwt-authorizer.html
 */
export async function verifyAsAgentCore(
  authorizer: CustomJwtAuthorizer,
  token: string,
  now: Date,
): Promise<Verdict> {
  const { DiscoveryUrl: url, ...rules } = authorizer;
  if (Object.keys(rules).length === 0) return 'no rule';
  if (!/^.+\/\.well-known\/openid-configuration$/.test(url)) return 'discovery url';
  const { issuer, jwks_uri } = await discovered(url);
  if (!url.startsWith(issuer)) return 'issuer is no prefix';
  if (decodeProtectedHeader(token).alg !== 'RS256') return 'algorithm';
  const payload = await verified(token, issuer, jwks_uri, now);
  return payload === undefined ? 'signature, issuer or time' : judgedClaims(payload, authorizer);
}

function judgedClaims(payload: JWTPayload, authorizer: CustomJwtAuthorizer): Verdict {
  const { AllowedAudience: audiences, AllowedClients: clients } = authorizer;
  const { AllowedScopes: scopes, CustomClaims: claims } = authorizer;
  if (audiences && !(typeof payload.aud === 'string' && audiences.includes(payload.aud))) return 'audience';
  if (clients && !isOneOf(clients, payload['client_id'])) return 'client';
  if (scopes && !scopesOf(payload).some((scope) => scopes.includes(scope))) return 'scope';
  return (claims ?? []).every((claim) => satisfies(payload, claim)) ? 'allowed' : 'custom claim';
}

async function discovered(url: string): Promise<{ readonly issuer: string; readonly jwks_uri: string }> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as { issuer: string; jwks_uri: string };
}

async function verified(
  token: string,
  issuer: string,
  jwksUri: string,
  now: Date,
): Promise<JWTPayload | undefined> {
  try {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ['RS256'], currentDate: now });
    return payload;
  } catch {
    return undefined;
  }
}

function scopesOf({ scope }: JWTPayload): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : [];
}

function satisfies(payload: JWTPayload, claim: CustomClaim): boolean {
  const value = payload[claim.InboundTokenClaimName];
  const { ClaimMatchOperator: operator, ClaimMatchValue: wanted } = claim.AuthorizingClaimMatchValue;
  if (claim.InboundTokenClaimValueType === 'STRING') {
    return operator === 'EQUALS' && typeof value === 'string' && value === wanted.MatchValueString;
  }
  if (!Array.isArray(value)) return false;
  const held: readonly unknown[] = value;
  if (operator === 'CONTAINS') return held.includes(wanted.MatchValueString);
  return operator === 'CONTAINS_ANY' && (wanted.MatchValueStringList ?? []).some((one) => held.includes(one));
}

function isOneOf(list: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && list.includes(value);
}
