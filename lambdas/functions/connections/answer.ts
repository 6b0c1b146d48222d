import { completeConnection } from '../../egress/complete-connection.ts';
import { connectionStanding } from '../../egress/connection-standing.ts';
import { disconnectConnection } from '../../egress/disconnect-connection.ts';
import { narrowToken } from '../../egress/narrow-token.ts';
import { renewConnection } from '../../egress/renew-connection.ts';
import { listConnections } from '../../egress/summary.ts';
import { sweepDue, type SweepPorts } from '../../egress/sweep-due.ts';
import type { ConnectionAnswer, ConnectionQuestion } from '../../ports/connecting.ts';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';

/** The run of the function that answers. */
interface Run {
  readonly requestId: string;
  /** From then on a sweep begins nothing. */
  readonly until: Instant;
}

/** Answers one question. What is down is an answer; anything else that fails is a defect, and is thrown. */
export async function answerQuestion(
  ports: SweepPorts,
  question: ConnectionQuestion,
  run: Run,
): Promise<ConnectionAnswer> {
  try {
    return await answerOf(ports, question, run);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    const { dependency, retryAfterSeconds } = error;
    return { told: 'unavailable', dependency, retryAfterSeconds };
  }
}

async function answerOf(
  ports: SweepPorts,
  question: ConnectionQuestion,
  run: Run,
): Promise<ConnectionAnswer> {
  switch (question.ask) {
    case 'complete': {
      const made = await completeConnection(ports, question.back, question.requestId);
      return made.ok
        ? { told: 'connected', summary: made.value }
        : { told: 'not_connected', refusal: made.refusal };
    }
    case 'list':
      return { told: 'connections', connections: await listConnections(ports, question.holder) };
    case 'standing':
      return { told: 'standing', standing: await connectionStanding(ports, question.place, question) };
    case 'renew': {
      const came = await renewConnection(ports, question.place, question, run.requestId);
      return came === 'renewed' ? { told: 'renewed' } : { told: 'not_renewed', why: came };
    }
    case 'narrow': {
      const narrowed = await narrowToken(ports, question.place, question);
      return narrowed.ok
        ? { told: 'narrowed', token: narrowed.value }
        : { told: 'not_narrowed', why: narrowed.refusal };
    }
    case 'disconnect': {
      const binding = { ...question.place, connection: question.connection };
      return { told: 'disconnected', ...(await disconnectConnection(ports, binding, question.requestId)) };
    }
    case 'sweep':
      await sweepDue(ports, run);
      return { told: 'swept' };
  }
}
