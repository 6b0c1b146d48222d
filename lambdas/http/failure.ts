import { DependencyUnavailable } from '../runtime/dependency.ts';
import { logger } from '../runtime/log.ts';
import type { HttpResponse } from './message.ts';
import { errorJson } from './respond.ts';

/** Answers what an endpoint threw, and writes the one log line about it. The cause stays in the log. */
export function failed(error: unknown, requestId: string): HttpResponse {
  if (error instanceof DependencyUnavailable) {
    logger.error('dependency unavailable', { requestId, dependency: error.dependency, error });
    return errorJson(503, 'temporarily_unavailable', 'a dependency is unavailable, try again', {
      'retry-after': String(error.retryAfterSeconds),
    });
  }
  logger.error('defect', { requestId, error: error instanceof Error ? error : new Error(String(error)) });
  return errorJson(500, 'server_error', `the request failed here, as ${requestId} in our log`);
}
