import { must, should } from '../requirement.ts';

/** What an enterprise's identity provider asserts of its people, for one client (ID-JAG). */
export const idJag = {
  'EMA-1': must(
    ['EMA-1', 'RFC 7523 §2.1'],
    'gives a client that proves itself a token for an ID-JAG, at the resource and with the scope that it asks for',
  ),
  'EMA-2': must(
    'EMA-2',
    'takes an ID-JAG of its own type only, signed by a published key of the issuer that it names with an asymmetric algorithm',
  ),
  'EMA-3': must(
    ['EMA-3', 'RFC 7523 §3.1'],
    'refuses an ID-JAG for each claim that is missing or wrong, and names it',
  ),
  'EMA-4': must('EMA-4', 'refuses an ID-JAG that is not for this issuer alone'),
  'EMA-5': must('EMA-5', 'refuses an ID-JAG that was issued to another client than the one that presents it'),
  'EMA-6': must(
    'EMA-6',
    'gives a token for one resource that the ID-JAG and the terms of its issuer both name, and for no other',
  ),
  'EMA-7': must(
    'EMA-7',
    'gives of the scope no more than what is asked, asserted, registered, granted by the terms of the issuer, and held by the person, and tells it',
  ),
  'EMA-8': must(
    'EMA-8',
    'takes an ID-JAG once until it expires, however many requests bring it, unless the config lets it be presented again',
  ),
  'EMA-9': should('EMA-9', 'gives no refresh token for an ID-JAG'),
  'EMA-10': must(
    'EMA-10',
    'takes an ID-JAG that is bound to a key with a proof of that key alone, and binds the token to it',
  ),
  'EMA-11': must(
    'EMA-11',
    'knows the person of an ID-JAG by issuer, tenant and subject as at a sign-in, and never by an e-mail address',
  ),
  'EMA-12': must('EMA-12', 'advertises the grant and its profile, and no issuer that it trusts'),
  'EMA-13': must(
    'EMA-13',
    'repeats no ID-JAG in a log, an event or an answer, and says of an encrypted one what to send instead',
  ),
  'EMA-14': must(
    'EMA-14',
    'takes ID-JAGs from registered clients and from those that the config names, and never from one that registered itself',
  ),
  'vestibule:agentcore-inbound-jwt': must(
    ['Vestibule', 'RFC 7521 §4.1.1'],
    'exchanges a token of its own that a client which proves itself presents as an assertion, by the same rules as any exchange',
  ),
  'vestibule:id-jag-not-ours': must('Vestibule', 'gives no token for an ID-JAG that it issued itself'),
  'vestibule:id-jag-survives-failures': must(
    'Vestibule',
    'uses up no ID-JAG where it cannot sign, and takes a reply that AWS lost for no replay',
  ),
  'vestibule:id-jag-audit': must(
    'Vestibule',
    'writes into the audit trail whose assertion a token came from, by which terms',
  ),
} as const;
