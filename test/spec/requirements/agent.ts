import { must, should } from '../requirement.ts';

/** The wrapper that agents load, towards resources and authorization servers, ours and those of others. */
export const agentWrapper = {
  'rfc9728:3.3:own-resource': must(
    ['RFC 9728 §3.3', 'RFC 9728 §3'],
    'the agent believes metadata only of the resource that it asked, and of no neighbour',
  ),
  'rfc9728:3.1:agent-well-known': must(
    'RFC 9728 §3.1',
    'the agent finds the metadata of a resource whose challenge does not name it',
  ),
  'rfc9728:5.1:agent-challenge': must(
    ['RFC 9728 §5.1', 'RFC 6750 §3'],
    'the agent finds the authorization server and the scopes from a challenge',
  ),
  'rfc9728:7.7:no-address-of-its-choice': should(
    'RFC 9728 §7.7',
    'the agent reads metadata at the hosts of the resource and of its issuer, and nowhere else',
  ),
  'rfc9110:11.6.1:many-challenges': must(
    'RFC 9110 §11.6.1',
    'the agent finds its challenge among those of other schemes in one header',
  ),
  'rfc8414:3.3:agent-issuer': must(
    'RFC 8414 §3.3',
    'the agent shows nothing secret to a server whose metadata names another issuer',
  ),
  'rfc6749:4.5:grants': must(
    ['RFC 6749 §4.5', 'RFC 6749 §4.4'],
    'the agent asks for a token of one resource in its own name',
  ),
  'rfc6749:2.3.1:agent-secret': must(
    'RFC 6749 §2.3.1',
    'the agent form-encodes its name and secret in the header',
  ),
  'rfc7523:2.2:agent-assertion': must(
    ['RFC 7523 §2.2', 'CC-2'],
    'the agent signs an assertion of its own for each token request',
  ),
  'rfc7521:4.2:agent-platform': must(
    'RFC 7521 §4.2',
    'the agent proves itself by what its platform says of it, with no name and no secret',
  ),
  'rfc7523:2.1:workload': must(
    ['RFC 7523 §2.1', 'WIF-1', 'WIF-6'],
    'the agent of a workload sends the assertion alone, and does not try again where it is refused',
  ),
  'EMA:agent-identity-assertion': must(
    ['EMA-1', 'RFC 8693 §2.2.1'],
    'the agent has the identity provider of a person assert them for the authorization server of the target',
  ),
  'rfc8693:2.1:agent-exchange': must(
    ['RFC 8693 §2.1', 'RFC 8693 §3', 'RFC 8707 §2'],
    'the agent exchanges a token that it was sent for one of each target, and never sends it on',
  ),
  'rfc8693:2.1:agent-actor': must(
    'RFC 8693 §2.1',
    'the agent shows in each exchange who acts where it is told to, by a token of its own or by what its platform says',
  ),
  'rfc6750:3.1:agent-retries-once': should(
    'RFC 6750 §3.1',
    'the agent replaces a refused token once, and widens one of too few scopes once',
  ),
  'rfc6749:5.2:agent-refusals': must(
    'RFC 6749 §5.2',
    'the agent believes a refusal at once and tells who can act on it, without repeating what it sent',
  ),
  'rfc9449:8:agent-nonces': must(
    ['RFC 9449 §8', 'RFC 9449 §9', 'RFC 9449 §4.2'],
    'the agent proves each request anew, with the nonces it was told',
  ),
  'rfc9449:5:agent-bound': must('RFC 9449 §5', 'the agent with a key takes no token that is anybody’s'),
  'rfc9110:10.2.3:patience': should(
    'RFC 9110 §10.2.3',
    'the agent waits as long as a server asks for, within its patience, and sends nothing twice that may have been served',
  ),
} as const;
