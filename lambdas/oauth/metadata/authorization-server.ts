import { egressDetailType } from '../../ports/egress-token.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { proofAlgorithms } from '../../resource-server/dpop-proof.ts';
import { idJagTokenType } from '../asserting/identity-request.ts';
import { jwtBearerGrantType } from '../bearer/grant-type.ts';
import { supportedAlgorithms } from '../client-authentication/assertion-algorithms.ts';
import { deviceGrantType } from '../device/device-request.ts';
import { exchangeGrantType } from '../exchange/token-types.ts';
import { openIdScopes } from '../scope/openid-scope.ts';
import { endpointsOf, type IssuerEndpoints } from './endpoints.ts';

const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** Where clients show certificates. */
const certificateMethods = [...authenticationMethods, 'tls_client_auth'] as const;

/** Of an ID-JAG, whoever issues it. */
const idJagProfile = 'urn:ietf:params:oauth:grant-profile:id-jag';

const grantsOfPeople = ['authorization_code', 'refresh_token', deviceGrantType] as const;

/** What this deployment can do. */
export interface IssuerAbilities {
  /** What it signs with. */
  readonly signingAlgorithm: string;
  /** Whether people sign in. */
  readonly people: boolean;
  /** The origin where clients show certificates (RFC 8705); undefined where none does. */
  readonly mutualTls?: string | undefined;
  /** Whether clients register themselves. */
  readonly registration: boolean;
  /** What else than codes and secrets is a grant: assertions of workloads, and ID-JAGs. */
  readonly assertions: readonly string[];
  /** Whether others are told who people are (ID-JAG). */
  readonly assertsIdentities?: boolean;
  /** Whether agents open tasks. */
  readonly tasks?: boolean;
  /** The third parties whose own tokens are narrowed by `authorization_details`. */
  readonly detailedProviders?: readonly string[];
}

/**
 * RFC 8414 §2 and OpenID Connect Discovery in one document (AS-2). It names what works and nothing else; strict
 * clients need the authorization endpoint and the OpenID members even where no person signs in (AS-3, IX-4).
 */
export function authorizationServerMetadata(
  issuer: Issuer,
  {
    signingAlgorithm,
    people,
    mutualTls,
    registration,
    assertions,
    assertsIdentities,
    tasks = false,
    detailedProviders,
  }: IssuerAbilities,
): Readonly<Record<string, unknown>> {
  const endpoints = endpointsOf(issuer);
  const methods = mutualTls === undefined ? authenticationMethods : certificateMethods;
  return {
    issuer,
    authorization_endpoint: endpoints.authorization,
    token_endpoint: endpoints.token,
    jwks_uri: endpoints.jwks,
    // RFC 7591 §3: only where there is somebody to register for.
    ...(registration && { registration_endpoint: endpoints.registration }),
    // AS-11: the URL of a metadata document is a client id.
    ...(people && { client_id_metadata_document_supported: true }),
    ...(people && forPeople(endpoints)),
    response_types_supported: ['code'],
    grant_types_supported: [
      ...(people ? grantsOfPeople : []),
      'client_credentials',
      exchangeGrantType,
      // WIF-7, and of whoever presents a token that we issued.
      jwtBearerGrantType,
    ],
    // EMA-12: which issuers are trusted is told to nobody.
    ...(assertions.includes('id_jag') && { authorization_grant_profiles_supported: [idJagProfile] }),
    ...(assertsIdentities === true && {
      identity_chaining_requested_token_types_supported: [idJagTokenType],
    }),
    ...detailTypes(detailedProviders),
    code_challenge_methods_supported: ['S256'],
    // IX-45: a client that people use may be public.
    token_endpoint_auth_methods_supported: people ? ['none', ...methods] : methods,
    token_endpoint_auth_signing_alg_values_supported: supportedAlgorithms,
    // RFC 9449 §5.1.
    dpop_signing_alg_values_supported: proofAlgorithms,
    introspection_endpoint: endpoints.introspection,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: supportedAlgorithms,
    // RFC 9701 §7; no encryption is offered.
    introspection_signing_alg_values_supported: [signingAlgorithm],
    revocation_endpoint: endpoints.revocation,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: supportedAlgorithms,
    // Ours (RFC 8414 §2 allows for more): where offline verifiers learn of tokens that ended.
    vestibule_ends_uri: endpoints.ends,
    ...(tasks && { vestibule_tasks_endpoint: endpoints.tasks }),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [signingAlgorithm],
    ...(mutualTls !== undefined && {
      // RFC 8705 §3.3.
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: aliasesAt(mutualTls, { people, tasks }),
    }),
  };
}

/** RFC 9396 §10: only where a request may have any. */
function detailTypes(providers: readonly string[] = []): Readonly<Record<string, unknown>> {
  return providers.length === 0 ? {} : { authorization_details_types_supported: [egressDetailType] };
}

/** RFC 8705 §5: where clients go with a certificate, and nobody can without. */
function aliasesAt(
  origin: string,
  { people, tasks }: { readonly people: boolean; readonly tasks: boolean },
): Readonly<Record<string, string>> {
  const endpoints = endpointsOf(origin as Issuer);
  return {
    token_endpoint: endpoints.token,
    introspection_endpoint: endpoints.introspection,
    revocation_endpoint: endpoints.revocation,
    ...(tasks && { vestibule_tasks_endpoint: endpoints.tasks }),
    ...(people && {
      userinfo_endpoint: endpoints.userinfo,
      pushed_authorization_request_endpoint: endpoints.pushedAuthorizationRequest,
      device_authorization_endpoint: endpoints.deviceAuthorization,
    }),
  };
}

/** What clients look for that people use. */
function forPeople({
  userinfo,
  pushedAuthorizationRequest,
  deviceAuthorization,
  endSession,
}: IssuerEndpoints): Readonly<Record<string, unknown>> {
  return {
    // AS-23: clients that see it refuse an answer without `iss`.
    authorization_response_iss_parameter_supported: true,
    // AS-33: the scopes of MCP servers stand in their own metadata.
    scopes_supported: openIdScopes,
    userinfo_endpoint: userinfo,
    // RFC 9126 §5: the endpoint is there for every client, and a must for those that are registered so.
    pushed_authorization_request_endpoint: pushedAuthorizationRequest,
    require_pushed_authorization_requests: false,
    // OIDC Discovery §3: it would be true by default. What was pushed is taken all the same (RFC 9126 §5).
    request_uri_parameter_supported: false,
    // OIDC Core §5.5.
    claims_parameter_supported: true,
    // RFC 8628 §4.
    device_authorization_endpoint: deviceAuthorization,
    // OIDC RP-Initiated Logout §2.1.
    end_session_endpoint: endSession,
    response_modes_supported: ['query'],
  };
}
