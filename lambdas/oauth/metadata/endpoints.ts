import type { Issuer } from '../../runtime/identifiers.ts';

/** Where the issuer's endpoints are: on its own host, without any other spelling of it (AS-5). */
export interface IssuerEndpoints {
  readonly authorization: string;
  /** Where clients push authorization requests, where people sign in. */
  readonly pushedAuthorizationRequest: string;
  readonly token: string;
  readonly introspection: string;
  readonly revocation: string;
  readonly userinfo: string;
  /** Where clients on devices without a browser begin, and where people enter what those show. */
  readonly deviceAuthorization: string;
  readonly device: string;
  /** Where clients send people to be signed out. */
  readonly endSession: string;
  /** Where clients register themselves, where people sign in. */
  readonly registration: string;
  readonly jwks: string;
  /** The feed of ends. */
  readonly ends: string;
}

export function endpointsOf(issuer: Issuer): IssuerEndpoints {
  return {
    authorization: `${issuer}/authorize`,
    pushedAuthorizationRequest: `${issuer}/par`,
    token: `${issuer}/token`,
    introspection: `${issuer}/introspect`,
    revocation: `${issuer}/revoke`,
    userinfo: `${issuer}/userinfo`,
    deviceAuthorization: `${issuer}/device_authorization`,
    device: `${issuer}/device`,
    endSession: `${issuer}/logout`,
    registration: `${issuer}/register`,
    jwks: `${issuer}/.well-known/jwks.json`,
    ends: `${issuer}/ends`,
  };
}
