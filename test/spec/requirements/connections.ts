import { must } from '../requirement.ts';

/** How accounts at third parties are connected, renewed and disconnected. */
export const connections = {
  'rfc7636:4.3:third-parties': must(
    ['RFC 7636 §4.3', 'RFC 6749 §4.1.1'],
    'sends whoever connects an account to the third party with a challenge, a state and an address to come back to that no entry of the config can change',
  ),
} as const;
