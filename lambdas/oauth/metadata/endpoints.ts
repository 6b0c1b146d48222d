import type { Issuer } from '../../runtime/identifiers.ts';

/** Where the issuer's endpoints are: on its own host, without any other spelling of it (AS-5). */
export interface IssuerEndpoints {
  readonly authorization: string;
  /** Where clients push authorization requests, where people sign in. */
  readonly pushedAuthorizationRequest: string;
  readonly token: string;
  /** The token endpoint for those who look for an exchange by that name. */
  readonly exchange: string;
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
  /** Where tasks are opened, and below it each task, where agents have them. */
  readonly tasks: string;
  readonly jwks: string;
  /** The feed of ends. */
  readonly ends: string;
  /** Below it the proxy to each third party. */
  readonly egress: string;
}

/** Where the deployment is reached. */
export interface Hosts {
  readonly issuer: Issuer;
  /** The origin where clients show certificates (RFC 8705 §5); undefined where none does. */
  readonly mutualTls: string | undefined;
}

/** The second host, of the environment of a function. */
export function mutualTlsIn({
  MUTUAL_TLS: origin,
}: {
  readonly MUTUAL_TLS: string;
}): Pick<Hosts, 'mutualTls'> {
  return { mutualTls: origin === 'none' ? undefined : origin };
}

/** As they are published to whoever sent a request: who shows a certificate came to the second host. */
export function endpointsAt({ issuer, mutualTls }: Hosts, certificate: unknown): IssuerEndpoints {
  return endpointsOf(certificate === undefined || mutualTls === undefined ? issuer : (mutualTls as Issuer));
}

export function endpointsOf(issuer: Issuer): IssuerEndpoints {
  return {
    authorization: `${issuer}/authorize`,
    pushedAuthorizationRequest: `${issuer}/par`,
    token: `${issuer}/token`,
    exchange: `${issuer}/exchange`,
    introspection: `${issuer}/introspect`,
    revocation: `${issuer}/revoke`,
    userinfo: `${issuer}/userinfo`,
    deviceAuthorization: `${issuer}/device_authorization`,
    device: `${issuer}/device`,
    endSession: `${issuer}/logout`,
    registration: `${issuer}/register`,
    tasks: `${issuer}/tasks`,
    jwks: `${issuer}/.well-known/jwks.json`,
    ends: `${issuer}/ends`,
    egress: `${issuer}/egress`,
  };
}
