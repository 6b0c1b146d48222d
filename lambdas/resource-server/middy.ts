import { authInfo, type AuthInfo } from './auth-info.ts';
import { encodedPath } from './encoded-path.ts';
import type { EventAuthentication } from './client-certificate.ts';
import { crossOriginHeaders } from './cross-origin.ts';
import type { Delegated, Exchanger, TargetOptions } from './exchanger.ts';
import type { SatisfiesScope } from './scopes.ts';
import type { Operation, Verifier } from './verifier.ts';

/** The part of an API Gateway event (payload format 2.0) or function URL event that is used. */
export interface HttpEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly requestContext?: {
    readonly http?: { readonly method?: string };
    /** Of a domain with mutual TLS. */
    readonly authentication?: EventAuthentication | null;
  };
  auth?: AuthInfo;
  /** Where the middleware has an exchanger: another server, in the name of whoever called. */
  exchangeFor?: (target: string, options?: TargetOptions) => Delegated;
}

/** An answer in the shape API Gateway takes. */
export interface HttpEventResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface MiddyOptions<Event> {
  /** What an event needs, where it differs from the verifier's own scopes. */
  readonly scopes?: readonly string[] | ((event: Event) => readonly string[]);
  readonly satisfies?: SatisfiesScope;
  /** Sets `exchangeFor` on events that pass. */
  readonly exchanger?: Exchanger;
}

export interface MiddyMiddleware<Event> {
  /** Sets `event.auth` and `event.exchangeFor`, or returns the challenge, which middy sends without calling the handler. */
  readonly before: (request: { readonly event: Event }) => Promise<HttpEventResponse | undefined>;
}

/** The verifier as a middy middleware for a Lambda function behind an HTTP API or a function URL. */
export function middyMiddleware<Event extends HttpEvent>(
  verifier: Verifier,
  options: MiddyOptions<Event> = {},
): MiddyMiddleware<Event> {
  return {
    before: async ({ event }) => {
      const { headers, rawPath = '/', rawQueryString = '', requestContext } = event;
      const url = `${encodedPath(rawPath)}?${rawQueryString}`;
      const clientCertificate = requestContext?.authentication?.clientCert?.clientCertPem;
      const presented = { headers, method: requestContext?.http?.method, url, clientCertificate };
      const verification = await verifier.verify(presented, operationOf(event, options));
      if (verification.ok) {
        const auth = authInfo(presented, verification.token, verifier.resource);
        event.auth = auth;
        const { exchanger } = options;
        if (exchanger !== undefined) {
          event.exchangeFor = (target, wish) => exchanger.exchangeFor(auth, target, wish);
        }
        return undefined;
      }
      const { status, headers: answer, body } = verification.challenge;
      return {
        statusCode: status,
        headers: { ...answer, ...crossOriginHeaders },
        body: JSON.stringify(body),
      };
    },
  };
}

function operationOf<Event>(event: Event, { scopes, satisfies }: MiddyOptions<Event>): Operation {
  const needed = typeof scopes === 'function' ? scopes(event) : scopes;
  return {
    ...(needed === undefined ? {} : { scopes: needed }),
    ...(satisfies === undefined ? {} : { satisfies }),
  };
}
