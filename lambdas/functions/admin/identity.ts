import type { Endpoint, HttpRequest } from '../../http/message.ts';
import { errorJson } from '../../http/respond.ts';
import type { Author } from '../../registry/author.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Refuses an event without IAM identity, so that a route which lost its authorizer opens nothing. */
export function onlyOperators(endpoint: Endpoint): Endpoint {
  return async (request) =>
    request.iam === undefined
      ? errorJson(403, 'access_denied', 'sign the request with AWS Signature Version 4 as an IAM principal')
      : endpoint(request);
}

/** The operator behind a request that `onlyOperators` let through. */
export function authorOf(request: HttpRequest, clock: Clock): Author {
  if (request.iam === undefined) throw new Error('an unidentified request passed the guard');
  return {
    managedBy: { kind: 'operator', arn: request.iam.userArn },
    at: clock(),
    requestId: request.requestId,
  };
}
