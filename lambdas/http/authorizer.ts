import { DependencyUnavailable } from '../runtime/dependency.ts';
import { logger } from '../runtime/log.ts';
import type { Guard, RouteEvent } from './protected-routes.ts';

/** What a Lambda authorizer with simple responses answers. */
export interface SimpleResponse {
  readonly isAuthorized: boolean;
  /** The claims, which the route's function finds in `requestContext.authorizer.lambda`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * A Lambda authorizer of an HTTP API. It can say yes or no and nothing else: where nobody can tell, it fails, so that
 * API Gateway answers 500 and no client takes its token for a bad one.
 */
export function authorizerHandler(guard: Guard): (event: RouteEvent) => Promise<SimpleResponse> {
  return async (event) => {
    const verification = await guard(event);
    if (verification.ok) return { isAuthorized: true, context: verification.token };
    if (verification.challenge.status !== 503) return { isAuthorized: false };
    const { requestId } = event.requestContext;
    logger.error('dependency unavailable', { requestId, dependency: 'the keys of the issuer' });
    throw new DependencyUnavailable('the keys of the issuer', { cause: 'key set' });
  };
}
