import { must } from '../requirement.ts';

/** APIs behind identity providers: their tokens, in exchange for what is kept of a person's sign-in. */
export const downstreamApis = {
  'rfc8693:2.1:upstream-request': must(
    'RFC 8693 §2.1',
    'asks the provider of an API for a token in the provider’s own way, with a token of the person refreshed for it and the scopes as it calls them',
  ),
  'rfc8693:2.2.2:upstream-answer': must(
    ['RFC 8693 §2.2.1', 'RFC 8693 §2.2.2'],
    'takes an error of the provider for one whatever its status, passes on no text of it that it cannot judge, and asks again only where nobody was reached',
  ),
  'rfc8693:2.2.1:api-token': must(
    'RFC 8693 §2.2.1',
    'answers an exchange for an API with the token of its provider and with issued_token_type, and tells no later end than that of the token that was exchanged',
  ),
  'vestibule:api-policy': must(
    'Vestibule',
    'asks no provider before an exchange is allowed for an API as for a resource: by whom, for which token that stands, by which rule, for which scope that the person holds',
  ),
  'rfc9470:3:api-interaction': must(
    'RFC 9470 §3',
    'tells whoever exchanges for an API what the person has to do at its provider, and where, in words and parameters of ours',
  ),
  'vestibule:api-down': must(
    'Vestibule',
    'answers 503 with Retry-After while the provider of an API, or what is between it and us, gives no answer',
  ),
  'vestibule:api-once': must(
    'Vestibule',
    'asks for one token for a person, who acts, an API and a scope, however many ask at once, and remembers it until just before its end',
  ),
  'vestibule:api-strategies': must(
    'Vestibule',
    'asks each kind of identity provider for a token of an API in the way that it documents, by the client that it wants there',
  ),
  'vestibule:api-proofs': must(
    ['Vestibule', 'RFC 9449 §5', 'RFC 9449 §8'],
    'shows a provider whose entry says so a key where we alone present what it gives, and never where it goes on to others, who get no token that is bound to a key',
  ),
  'vestibule:api-faults': must(
    ['Vestibule', 'RFC 6749 §5.2'],
    'tells what of an API is set up wrongly at its provider, where the answer tells, and where that is mended, in words of ours',
  ),
  'rfc6749:4.4.2:upstream-machine-token': must(
    ['Vestibule', 'RFC 6749 §4.4.2'],
    'gets a token of an API for an agent as itself, by the client credentials of our client at its provider and in the provider’s own way, and never for an agent or a scope that the API does not name',
  ),
  'vestibule:machine-token-once': must(
    'Vestibule',
    'asks once for a token that an agent gets as itself, however many ask at once, remembers it until just before its end, and gets it anew ahead of that where somebody asks ahead',
  ),
  'vestibule:machine-token-down': must(
    'Vestibule',
    'gives what it remembers of a token of an agent while the provider gives none, and says otherwise who is down or what is to be mended there',
  ),
  'vestibule:api-challenge': must(
    'Vestibule',
    'takes the challenge of Entra that came with a refusal back to it, by a sign-in of the person with claims, and no claim besides',
  ),
  'vestibule:declared-apis': must(
    'Vestibule',
    'lets operators declare, show, change, disable and remove APIs behind identity providers, each by the rules of the config and what a deployment declares only to disable and remove, with words for every mistake and an audit event for every change',
  ),
  'vestibule:declared-apis-count': must(
    'Vestibule',
    'gives no token of an API more than 5 seconds after it was changed, disabled or removed, and none that was remembered from before',
  ),
  'vestibule:api-ends': must(
    'Vestibule',
    'gives tokens of an API on a grant of that person at that provider alone, and forgets them with it',
  ),
  'vestibule:api-lost-reply': must(
    'Vestibule',
    'keeps what a provider has rotated to, whatever fails between the refresh and the exchange',
  ),
  'vestibule:api-secrets': must(
    'Vestibule',
    'writes no token of an API to a log, and none unsealed to a table',
  ),
};
