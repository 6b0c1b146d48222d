import type { Endpoint } from './message.ts';
import { errorJson } from './respond.ts';

/** Refuses an event without IAM identity, so that a route which lost its authorizer opens nothing. */
export function onlyOperators(endpoint: Endpoint): Endpoint {
  return async (request) =>
    request.iam === undefined
      ? errorJson(403, 'access_denied', 'sign the request with AWS Signature Version 4 as an IAM principal')
      : endpoint(request);
}
