import type { ShownActor } from './actors.ts';
import { type Grant, tokenExchange } from './grants.ts';

/**
 * RFC 8693 §2.1: what the agent received, for something it can use itself. The actor is whoever authenticates, and who is
 * shown besides.
 */
export function exchanged(subjectToken: string, type: string, actor: ShownActor | undefined): Grant {
  const subject = { subject_token: subjectToken, subject_token_type: type };
  return {
    type: tokenExchange,
    parameters: async () => ({ ...subject, ...(await actor?.parameters()) }),
    ...(actor && { refused: actor.forget }),
  };
}
