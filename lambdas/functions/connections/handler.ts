import { connectionsDependency, type ConnectionAnswer } from '../../ports/connecting.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { connectionsEnvironment } from './environment.ts';
import { readQuestion } from './question.ts';

readEnvironment(connectionsEnvironment);

/** Nothing is kept anywhere yet: every question is for later. */
export function handler(event: unknown): ConnectionAnswer {
  readQuestion(event);
  return { told: 'unavailable', dependency: connectionsDependency, retryAfterSeconds: 60 };
}
