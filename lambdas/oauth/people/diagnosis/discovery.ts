import type { Finding, Seen } from '../../../ports/diagnosis.ts';
import { assertionAlgorithms } from '../../../ports/identity-providers.ts';
import { idTokenAlgorithms } from '../id-token.ts';
import { answeredObject } from './answered.ts';
import { error, found, warning } from './check.ts';
import { issuerFinding } from './issuer.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** Members of a discovery document that may be of any type. */
export type Metadata = Readonly<Record<string, unknown>>;

export interface JudgedDiscovery {
  /** Absent where there is no document. */
  readonly metadata?: Metadata;
  readonly findings: readonly Finding[];
}

/** OIDC Discovery §4.1: a slash at the end of the issuer is left out before the path of the document. */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

export function judgeDiscovery(idp: LookedAt, seen: Seen): JudgedDiscovery {
  const wanted = { name: 'The discovery document', url: discoveryUrl(idp.issuer) };
  const read = answeredObject(seen, wanted, idp);
  if (!read.ok) return { findings: [read.refusal] };
  const metadata = read.value;
  const findings = found(
    issuerFinding(idp, metadata['issuer']),
    ...endpointFindings(metadata),
    pkceFinding(idp, metadata),
    codeFlowFinding(idp, metadata),
    algorithmFinding(idp, metadata),
    clientAuthenticationFinding(idp, metadata),
    assertionAlgorithmFinding(idp, metadata),
    scopeFinding(idp, metadata),
    offlineFinding(idp, metadata),
  );
  return { metadata, findings };
}

const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

function endpointFindings(metadata: Metadata): readonly (Finding | undefined)[] {
  return endpoints.map((name) => {
    const value = metadata[name];
    if (typeof value === 'string' && isUsable(value)) return undefined;
    return value === undefined
      ? error('endpoint_missing', {
          what: `The discovery document has no ${name}`,
          why: 'Without it nobody can be signed in here.',
          fix: 'Let the provider publish it: this is the document of a server that does not do OpenID Connect, or not whole.',
        })
      : error('endpoint_unusable', {
          what: `The ${name} of the discovery document is no https URL`,
          why: 'It is not asked: what is sent there could be read on the way.',
          fix: 'Let the provider publish https URLs: behind a proxy it has to be told its public name.',
        });
  });
}

function isUsable(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (isLoopback && url.protocol === 'http:');
}

/** Those that take PKCE and do not say so. */
const silentlyTake = new Set(['entra', 'cognito']);

/** RFC 8414 §2: who lists no method does not say that it takes PKCE. */
function pkceFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const methods = listed(metadata, 'code_challenge_methods_supported');
  if (methods?.includes('S256') === true) return undefined;
  if (methods !== undefined) {
    return error('pkce_s256_missing', {
      what: 'The provider lists no S256 among its code_challenge_methods_supported',
      why: 'Every sign-in is bound to its code by PKCE with S256; a provider that takes another method alone refuses it.',
      fix: `Turn PKCE with S256 on at ${settingsOf[idp.profile].name}.`,
    });
  }
  if (silentlyTake.has(idp.profile)) return undefined;
  return warning('pkce_not_told', {
    what: 'The provider does not say that it takes PKCE (code_challenge_methods_supported)',
    why: 'A provider that ignores it does not notice a stolen code.',
    fix: `Turn PKCE with S256 on at ${settingsOf[idp.profile].name}, or let it say so where it is on.`,
  });
}

function codeFlowFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const types = listed(metadata, 'response_types_supported');
  if (types === undefined || types.includes('code')) return undefined;
  return error('code_flow_missing', {
    what: 'The provider lists no code among its response_types_supported',
    why: 'People are signed in by the authorization code flow, and by no other.',
    fix: `Allow the authorization code flow: ${settingsOf[idp.profile].codeGrant}`,
  });
}

function algorithmFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const algorithms = listed(metadata, 'id_token_signing_alg_values_supported');
  if (algorithms === undefined || idTokenAlgorithms.some((taken) => algorithms.includes(taken))) {
    return undefined;
  }
  return error('algorithm_unsupported', {
    what: `The provider signs id_tokens by ${some(algorithms)} alone`,
    why: 'Signatures of RSA and elliptic-curve keys are taken; one by HS256 could be made by whoever has our client secret.',
    fix: `Have id_tokens signed by RS256 or ES256: ${settingsOf[idp.profile].tokenSigning}`,
  });
}

const bySecret = ['client_secret_basic', 'client_secret_post'];
const byKey = ['private_key_jwt'];

function clientAuthenticationFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const methods = listed(metadata, 'token_endpoint_auth_methods_supported');
  const ours = { client_secret: bySecret, private_key_jwt: byKey, unknown: [...bySecret, ...byKey] };
  const taken = ours[idp.clientProof?.method ?? 'unknown'];
  if (methods === undefined || taken.some((method) => methods.includes(method))) return undefined;
  const what = `The token endpoint takes ${some(methods)} alone`;
  return idp.clientProof?.method === 'private_key_jwt'
    ? error('client_authentication_unsupported', {
        what,
        why: 'Vestibule proves itself there by a signed assertion (private_key_jwt).',
        fix: "Allow private_key_jwt for the client, and let the provider say so; or write 'client_secret' in identityProviders[].authentication.",
      })
    : error('client_authentication_unsupported', {
        what,
        why: 'Vestibule proves itself there by its client secret.',
        fix: 'Allow client_secret_basic or client_secret_post for the client, and let the provider say so; or have it proved by a key (identityProviders[].authentication).',
      });
}

/** RFC 8414 §2: who lists algorithms takes those. */
function assertionAlgorithmFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  if (idp.clientProof?.method !== 'private_key_jwt') return undefined;
  const { alg } = idp.clientProof;
  const algorithms = listed(metadata, 'token_endpoint_auth_signing_alg_values_supported');
  if (algorithms === undefined || algorithms.includes(alg)) return undefined;
  return error('assertion_algorithm_unsupported', {
    what: `The token endpoint takes assertions by ${some(algorithms)} alone`,
    why: `Vestibule signs them by ${alg} there.`,
    fix: `Write one of those in identityProviders[].authentication.alg: ${supported(algorithms)}.`,
  });
}

function supported(algorithms: readonly string[]): string {
  const both = assertionAlgorithms.filter((alg) => algorithms.includes(alg));
  return both.length === 0
    ? `Vestibule has ${assertionAlgorithms.join(', ')} and none of them, so let the provider take one, or take a client secret`
    : both.join(', ');
}

function scopeFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const known = listed(metadata, 'scopes_supported');
  if (known === undefined || idp.scopes === undefined) return undefined;
  const unknown = idp.scopes.filter((scope) => !known.includes(scope));
  // Entra lists those of OpenID Connect and none of an API; those that it takes are many.
  if (unknown.length === 0 || idp.profile === 'entra') return undefined;
  return warning('scope_unknown', {
    what: `The provider does not list ${some(unknown)} among its scopes_supported`,
    why: 'Some providers refuse a sign-in that asks for a scope they do not know (invalid_scope); others leave its claims out.',
    fix: `Add the scope at the provider, or take it out of identityProviders[].scopes.`,
  });
}

function offlineFinding(idp: LookedAt, metadata: Metadata): Finding | undefined {
  const known = listed(metadata, 'scopes_supported');
  // Cognito gives refresh tokens without being asked for them.
  if (known === undefined || known.includes('offline_access') || idp.profile === 'cognito') return undefined;
  return warning('offline_access_unknown', {
    what: 'The provider does not list offline_access among its scopes_supported',
    why: 'Where it gives no refresh token, nobody can be asked later whether a person who has left may still be acted for.',
    fix: 'Allow refresh tokens and the scope offline_access for the client; nothing is to do where it gives them without.',
  });
}

function listed(metadata: Metadata, name: string): readonly string[] | undefined {
  const value = metadata[name];
  return Array.isArray(value)
    ? (value as readonly unknown[]).filter((entry) => typeof entry === 'string')
    : undefined;
}

/** A few names of a list that a stranger wrote, fit to be printed. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => name.slice(0, 64).replaceAll(/[^\x21-\x7E]/g, '?'));
  return shown.length === 0 ? 'nothing' : shown.join(', ');
}
