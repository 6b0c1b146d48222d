import { authInfo, type AuthInfo } from './auth-info.ts';
import { connectionCertificate } from './client-certificate.ts';
import { crossOriginHeaders } from './cross-origin.ts';
import type { Delegated, Exchanger, TargetOptions } from './exchanger.ts';
import type { SatisfiesScope } from './scopes.ts';
import type { Verifier } from './verifier.ts';

/** The part of an Express request that is used; Node's own `IncomingMessage` has it too. */
export interface ExpressRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly rawHeaders?: readonly string[];
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string;
  /** Of a TLS server that asks for certificates, it tells that of the client. */
  readonly socket?: object | null;
  auth?: AuthInfo;
  /** Where the middleware has an exchanger: another server, in the name of whoever called. */
  exchangeFor?: (target: string, options?: TargetOptions) => Delegated;
}

/** The part of an Express response that is used; Node's own `ServerResponse` has it too. */
export interface ExpressResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

export interface ExpressOptions<Request> {
  /** What a request needs, where it differs from the verifier's own scopes. */
  readonly scopes?: readonly string[] | ((request: Request) => readonly string[]);
  readonly satisfies?: SatisfiesScope;
  /** Sets `exchangeFor` on requests that pass. */
  readonly exchanger?: Exchanger;
}

/**
 * Lets a request pass with `auth` set, or answers the challenge, readable across origins. Calls `next` with an error
 * for a defect only.
 */
export function expressMiddleware<Request extends ExpressRequest>(
  verifier: Verifier,
  options: ExpressOptions<Request> = {},
): (request: Request, response: ExpressResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const { headers, rawHeaders, method, originalUrl, url, socket } = request;
      const clientCertificate = connectionCertificate(socket);
      const presented = { headers, rawHeaders, method, url: originalUrl ?? url, clientCertificate };
      const scopes = typeof options.scopes === 'function' ? options.scopes(request) : options.scopes;
      const verification = await verifier.verify(presented, {
        ...(scopes === undefined ? {} : { scopes }),
        ...(options.satisfies === undefined ? {} : { satisfies: options.satisfies }),
      });
      if (verification.ok) {
        const auth = authInfo(presented, verification.token, verifier.resource);
        request.auth = auth;
        const { exchanger } = options;
        if (exchanger !== undefined) {
          request.exchangeFor = (target, wish) => exchanger.exchangeFor(auth, target, wish);
        }
      } else {
        const { status, headers: answer, body } = verification.challenge;
        response.statusCode = status;
        for (const [name, value] of Object.entries({ ...answer, ...crossOriginHeaders })) {
          response.setHeader(name, value);
        }
        response.end(JSON.stringify(body));
        return;
      }
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}
