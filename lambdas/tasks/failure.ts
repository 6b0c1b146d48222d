import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { TaskId } from '../runtime/identifiers.ts';
import { logger } from '../runtime/log.ts';

/** Writes the one log line about what a task met, as the rim does for requests, and answers it in words that may be read by anybody. */
export function logged(error: unknown, requestId: string, taskId: TaskId): string {
  if (error instanceof DependencyUnavailable) {
    const { dependency } = error;
    logger.error('dependency unavailable', { requestId, taskId, dependency, error });
    return error.message;
  }
  logger.error('defect', {
    requestId,
    taskId,
    error: error instanceof Error ? error : new Error(String(error)),
  });
  return `it failed here, as ${requestId} in our log`;
}
