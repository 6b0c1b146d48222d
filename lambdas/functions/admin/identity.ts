import type { HttpRequest } from '../../http/message.ts';
import type { Author } from '../../registry/author.ts';
import type { Clock } from '../../runtime/clock.ts';

/** The operator behind a request that `onlyOperators` let through. */
export function authorOf(request: HttpRequest, clock: Clock): Author {
  if (request.iam === undefined) throw new Error('an unidentified request passed the guard');
  return {
    managedBy: { kind: 'operator', arn: request.iam.userArn },
    at: clock(),
    requestId: request.requestId,
  };
}
