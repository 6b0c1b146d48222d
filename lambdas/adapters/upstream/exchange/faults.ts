import type { FaultReader } from './answer.ts';

/** RFC 6749 §5.2: the client may not use the grant, or nobody may. */
export const standardFault: FaultReader = (error) =>
  ['unauthorized_client', 'unsupported_grant_type'].includes(error) ? 'exchange_not_allowed' : undefined;

/** Entra says what is wrong by numbers, which callers are told. */
export const noFault: FaultReader = () => undefined;

/** Keycloak has one error code for most of it, and says the rest in a sentence. */
export const keycloakFault: FaultReader = (error, description) => {
  const said = typeof description === 'string' ? description : '';
  return sentences.find(([sentence]) => sentence.test(said))?.[1] ?? standardFault(error, description);
};

const sentences = [
  [/^Standard token exchange is not enabled\b/, 'exchange_not_allowed'],
  [/^Public client is not allowed\b/, 'exchange_not_allowed'],
  [/^(?:Audience not found|Client disabled)$/, 'audience_unknown'],
  [/^Requested audience not available\b/, 'audience_not_allowed'],
  [/^Client is not within the token audience$/, 'presented_for_others'],
] as const;
