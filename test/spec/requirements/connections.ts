import { must } from '../requirement.ts';

/** How accounts at third parties are connected, renewed and disconnected. */
export const connections = {
  'rfc7636:4.3:third-parties': must(
    ['RFC 7636 §4.3', 'RFC 6749 §4.1.1'],
    'sends whoever connects an account to the third party with a challenge, a state and an address to come back to that no entry of the config can change',
  ),
  'rfc7617:2:third-parties': must(
    'RFC 7617 §2',
    'uses a name and a password of the deployment only where a third party can read them',
  ),
  'vestibule:third-party-answers': must(
    ['Vestibule', 'RFC 6749 §5.1', 'RFC 6749 §5.2', 'RFC 6901 §4'],
    'reads whatever a third party answers with, and tells of it no more than an error code',
  ),
  'vestibule:connect-scopes-missing': must(
    ['Vestibule', 'RFC 6749 §5.1'],
    'connects no account by which the agents could not do what they were let do, and gives back what was given for it',
  ),
  'vestibule:narrowed-or-none': must(
    'Vestibule',
    'hands out no token of a third party that is good for more than was asked',
  ),
  'vestibule:connection-single-flight': must(
    ['Vestibule', 'RFC 6749 §6'],
    'asks a third party once for all who want a connection renewed at the same time',
  ),
  'vestibule:renewal-answer-lost': must(
    'Vestibule',
    'loses no connection in silence: a token whose answer nobody kept is sent again, and where it is refused then the person is told to connect again',
  ),
  'vestibule:third-party-pauses': must(
    ['Vestibule', 'RFC 9110 §10.2.3', 'RFC 7009 §2.2.1'],
    'asks a third party neither for tokens nor for an end of them before it wants to be asked again, and tells who waits how long; for a quarter of an hour at most',
  ),
  'vestibule:disconnect-revokes': must(
    ['Vestibule', 'RFC 7009 §2.1', 'RFC 7009 §2.2'],
    'ends a connection at the third party when it is disconnected, and asks until that proves it',
  ),
  'vestibule:connection-made-for': must(
    'Vestibule',
    'sends nothing of an account to whoever declares its third party anew: not what calls bear, nor what it is renewed or ended by',
  ),
} as const;
