import { type Grant, tokenExchange } from './grants.ts';

/** RFC 8693 §2.1: what the agent received, for something it can use itself. The actor is whoever authenticates. */
export function exchanged(subjectToken: string, type: string): Grant {
  return {
    type: tokenExchange,
    parameters: () => Promise.resolve({ subject_token: subjectToken, subject_token_type: type }),
  };
}
