import { may, must, should } from '../requirement.ts';

/** Clients that people use: those that register themselves, and those that are their metadata documents. */
export const registration = {
  'AS-10': must(
    ['AS-10', 'AS-11'],
    'knows clients that were registered beforehand, clients that are their metadata documents, and clients that register themselves, and advertises all three where people sign in',
  ),
  'AS-13:prefix': should('AS-13', 'makes no client id that begins with https://'),
  'AS-15': must('AS-15', 'stores and echoes application_type, and refuses no redirect URI because of it'),
  'AS-16': must('AS-16', 'binds registered clients to the one issuer that registered them'),
  'AS-21:registered': must(
    'AS-21',
    'registers redirect URIs that are https or on the own machine of the person',
  ),
  'IX-20': must('IX-20', 'answers a registration with 201, no-store, and all that was registered'),
  'IX-21:registration': must(
    'IX-21',
    'answers a registration without null, and tells the end of a secret only beside one',
  ),
  'IX-22': must('IX-22', 'gives no secret to a public client, and takes an app on the own machine for one'),
  'IX-23': must(
    'IX-23',
    'gives what people need where grants are not named, and ignores grants that it does not have',
  ),
  'IX-24': must('IX-24', 'registers the redirect URIs that it takes beside one that it does not take'),
  'IX-25:registration': must('IX-25', 'makes ids and secrets of letters, digits, `_` and `-` only'),
  'IX-26': must(
    'IX-26',
    'keeps one record for all that register the same, and forgets clients that nobody used',
  ),
  'IX-27': must(
    'IX-27',
    'answers 401 invalid_client at the token endpoint for a client that it does not know any more',
  ),
  'IX-28:registration': must(
    'IX-28',
    'answers a refused registration with 400 and JSON that any origin can read',
  ),
  'rfc7591:2:ignored': must(
    'RFC 7591 §2',
    'ignores client metadata that it does not know, and does not echo it',
  ),
  'rfc7591:3:endpoint': must('RFC 7591 §3', 'registers a client at /register, which takes a POST of JSON'),
  'rfc7591:3.2.1:response': must(
    'RFC 7591 §3.2.1',
    'answers with client_id, the secret where there is one with the time of its end, and the metadata as registered',
  ),
  'rfc7591:3.2.2:errors': must(
    'RFC 7591 §3.2.2',
    'tells invalid_redirect_uri from invalid_client_metadata, and says what to write instead',
  ),
  'rfc7591:2.3:statement': must(
    'RFC 7591 §2.3',
    'believes software statements of the issuers that the config names, and ignores all where it names none',
  ),
  'rfc7591:3.1.1:precedence': must(
    'RFC 7591 §3.1.1',
    'takes the claims of a software statement before the metadata beside it',
  ),
  'rfc7591:3.2.1:statement': must(
    'RFC 7591 §3.2.1',
    'answers with the software statement as it came, beside the values that count',
  ),
  'rfc7591:3.2.2:statement': must(
    'RFC 7591 §3.2.2',
    'tells invalid_software_statement from unapproved_software_statement',
  ),
  'rfc8725:3.1:statement': must(
    'RFC 8725 §3.1',
    'takes no software statement that is unsigned, signed with a MAC, or by another key than one of its issuer',
  ),
  'rfc7519:4.1.3:audience': must('RFC 7519 §4.1.3', 'takes no software statement that is for others only'),
  'vestibule:document-fault-audited': must(
    ['Vestibule', 'UI-6'],
    'audits what is wrong with a metadata document that is not taken, with nothing of what it says, and reaches nothing for it but the host that it names',
  ),
  'vestibule:statement-issuer-down': must(
    'Vestibule',
    'answers 503 with a time to come again while the keys of the issuer of a software statement are out of reach, and keeps no failure',
  ),
  'vestibule:statement-keys-rotate': must(
    'Vestibule',
    'fetches the keys of a statement issuer anew for a key that it does not know, and at most once in 30 seconds',
  ),
  'vestibule:statement-issuer-told': must(
    'Vestibule',
    'names the issuer of a software statement in its events, and writes no statement anywhere',
  ),
  'rfc7591:3:initial-access-token': must(
    ['RFC 7591 §1.2', 'RFC 7591 §3', 'RFC 6750 §3.1'],
    'registers, where the config demands initial access tokens, who presents a live one, and answers 401 and what to do to anybody else',
  ),
  'vestibule:initial-access-token-uses': must(
    'Vestibule',
    'registers as many clients by an initial access token as it is for, however many ask at once and whatever fails on the way',
  ),
  'vestibule:initial-access-token-record': must(
    'Vestibule',
    'gives each client that came by an initial access token a record of its own, which outlives the token and names it',
  ),
  'rfc7592:2:token': must(
    ['RFC 7592 §2', 'RFC 6750 §3'],
    'lets a client with a record of its own read, change and remove it by its registration access token, and nobody else',
  ),
  'rfc7592:2.1:read': must('RFC 7592 §2.1', 'shows a client its registration'),
  'rfc7592:2.2:update': must('RFC 7592 §2.2', 'replaces all metadata of a client that names itself rightly'),
  'rfc7592:2.3:delete': must('RFC 7592 §2.3', 'removes a client, which is unknown from then on'),
  'vestibule:shared-record': must(
    'Vestibule',
    'lets nobody change or remove a record that all share who register the same',
  ),
  'vestibule:registration-limit': must(
    'Vestibule',
    'bounds the new records of one source address, and counts no client that is registered already',
  ),
  'vestibule:registration-lost-reply': must(
    'Vestibule',
    'gives the same client to one that registers again because a reply or a dependency was lost',
  ),
  'AS-12': must(
    'AS-12',
    'knows the client of an https URL by the document behind it, which names that very URL, a name and redirect URIs',
  ),
  'AS-13:fetch': must(
    'AS-13',
    'fetches a metadata document from an allowed address only, follows no redirect, and takes no answer but 200, no type but JSON and no more than 5 kB',
  ),
  'AS-13:never-failures': must('AS-13', 'keeps no failure and no invalid document'),
  'AS-13:no-secret': must('AS-13', 'refuses a metadata document with a secret, or a method that needs one'),
  'AS-14': may('AS-14', 'refuses metadata documents by their hosts, as the config says'),
  'IX-30': must('IX-30', 'ignores the port of a redirect URI on the own machine of the person'),
  'IX-50': should(
    'IX-50',
    'knows well-known clients by a copy of their documents where their hosts refuse it',
  ),
  'IX-51': must('IX-51', 'takes a metadata document with members and grants that it does not know'),
  'vestibule:document-fetched-for-people': must(
    'Vestibule',
    'fetches no document for a request to the token endpoint that no person ever signed in for',
  ),
  'vestibule:gone-document': must(
    'Vestibule',
    'lets no copy stand in for a metadata document that its host took back',
  ),
  'vestibule:documents-live-by-use': must(
    'Vestibule',
    'keeps the metadata document of a client that nobody used for days, and outlives with it all that a finished sign-in began',
  ),
  'vestibule:self-registered-ends': must(
    'Vestibule',
    'ends the tokens of a client that removes itself, or that an operator has to approve again, for offline verifiers too',
  ),
  'vestibule:no-token-outlives-its-client': must(
    'Vestibule',
    'issues no token that lives longer than the client that registered itself does',
  ),
  'vestibule:used-clients-live': must(
    'Vestibule',
    'keeps a client that registered itself once a person has used it',
  ),
  'vestibule:enabled-clients-live': must(
    'Vestibule',
    'gives a client that registered itself, and that an operator enables, time to be used',
  ),
  'vestibule:registration-approval': must(
    'Vestibule',
    'keeps a client from people, where the config says so, until an operator enables it',
  ),
} as const;
