import { must, should } from '../requirement.ts';

/** Tokens that are exchanged, in the name of whoever sent them. */
export const exchange = {
  'rfc8693:2.1:exchange': must(
    'RFC 8693 §2.1',
    'gives whoever was sent a token one for a target that policy names, in the name of its subject',
  ),
  'rfc8693:2.1:subject-token-type': must(
    'RFC 8693 §2.1',
    'takes a subject_token by a type that it has, and refuses every other in words that name the mistake',
  ),
  'rfc8693:2.1:target': must(
    'RFC 8693 §2.1',
    'gives a token for exactly one target, named by resource, by audience or by both',
  ),
  'rfc8693:2.1:subject-token': must(
    'RFC 8693 §2.1',
    'takes as subject_token an access token of its own as it issued it, and nothing that was made to look like one',
  ),
  'rfc8693:2.1:actor-token': must(
    'RFC 8693 §2.1',
    'takes as actor_token what shows the agent of the client that asks, by a token of ours or of AWS STS, and nothing else',
  ),
  'rfc8693:2.1:parameters': must(
    'RFC 8693 §2.1',
    'tells of a parameter that is missing or wrong which one it is',
  ),
  'rfc8693:2.2.2:errors': must(
    'RFC 8693 §2.2.2',
    'answers invalid_request for a token that it does not take, and invalid_target for a target that it does not serve',
  ),
  'rfc8693:2.2.1:response': must(
    'RFC 8693 §2.2.1',
    'tells the type of what it issued, its scope and its life, which is no longer than that of the subject token',
  ),
  'rfc8693:4.1:act': must(
    'RFC 8693 §4.1',
    'names in act who acts, and nested within who acted before, the outermost being the current one',
  ),
  'rfc8693:4.2:scope': must('RFC 8693 §4.2', 'names in scope what the new token allows'),
  'rfc8693:4.4:may-act': must(
    'RFC 8693 §4.4',
    'names in may_act the registered actor of a resource, and lets nobody else exchange a token that names one',
  ),
  'vestibule:exchange-presenter': must(
    'Vestibule',
    'lets nobody exchange a token but the one that it is for, so that a stolen one becomes no other',
  ),
  'vestibule:exchange-default-deny': must(
    ['Vestibule', 'RFC 8693 §1.3'],
    'lets nobody act in the name of others but those whom policy names, who have proved themselves',
  ),
  'vestibule:exchange-scope': must(
    'Vestibule',
    'gives by an exchange no scope that the subject token, policy, the target and the person do not all give',
  ),
  'vestibule:exchange-chain': must(
    'Vestibule',
    'lets a chain go through nobody twice, and no further than its bound',
  ),
  'rfc8693:4.3:client-id': must('RFC 8693 §4.3', 'names in client_id the client that asked for the token'),
  'vestibule:exchange-standing': must(
    'Vestibule',
    'exchanges no token that ended, or that comes from one which did, as of the very moment it is asked',
  ),
  'vestibule:exchange-life': must(
    'Vestibule',
    'gives no token a longer life than that of the one it was exchanged from',
  ),
  'vestibule:exchange-impersonation': must(
    'Vestibule',
    'leaves the actor out of a token only where policy says so, and never one who acted before',
  ),
  'rfc8693:2.2.1:refresh-token': must(
    'RFC 8693 §2.2.1',
    'gives a refresh token as the issued token itself, of the type N_A, to be used at the refresh grant',
  ),
  'vestibule:exchange-refresh': must(
    'Vestibule',
    'lets whoever policy names go on with what a token gave once that has expired, in the same chain and never with more',
  ),
  'vestibule:exchange-refresh-policy': must(
    'Vestibule',
    'gives a refresh token for none but a token of a client that may go on itself, and only where policy says so',
  ),
  'vestibule:exchange-refresh-ends': must(
    ['Vestibule', 'RFC 7009 §2.1'],
    'ends a refresh token that was given in exchange with the token, the grant, the person and everybody that it came through',
  ),
  'vestibule:exchange-refresh-narrows': must(
    'Vestibule',
    'gives for a refresh token that came of an exchange no more than policy, the grant and the person give at that moment',
  ),
  'vestibule:exchange-refresh-faults': must(
    'Vestibule',
    'neither loses a refresh token that came of an exchange nor gives what has ended when a dependency fails',
  ),
  'vestibule:exchange-refresh-many': must(
    'Vestibule',
    'lets many refresh one family that came of an exchange at once, and none of them once it has ended',
  ),
  'rfc8693:2.2.1:id-token': must(
    'RFC 8693 §2.2.1',
    'gives an id_token as the issued token itself, of the type N_A, to the client that asks',
  ),
  'vestibule:exchange-identity': must(
    ['Vestibule', 'OIDC Core §2'],
    'tells a client that was sent a token of a person in an id_token who that is, as far as the token tells, and nobody else',
  ),
  'vestibule:exchange-opaque': must('Vestibule', 'exchanges opaque tokens as it does signed ones'),
  'vestibule:exchange-bound': must(
    ['Vestibule', 'RFC 9449 §5'],
    'binds an exchanged token to the key of the one that asked for it, whatever key its parent is bound to',
  ),
  'vestibule:exchange-faults': must(
    'Vestibule',
    'gives no token where it could not learn whether the subject token stands, and tells the caller to come again',
  ),
  'vestibule:exchange-many': must(
    'Vestibule',
    'exchanges one token for hundreds at once, each getting one of its own',
  ),
  'vestibule:exchange-secrets': must(
    'Vestibule',
    'writes no token of an exchange to a log or into an answer that refuses it',
  ),
  'vestibule:exchange-audit': must(
    'Vestibule',
    'tells in the audit trail in whose name a token was issued, through whom, and from which token',
  ),
  'vestibule:exchange-endpoint': should('Vestibule', 'takes at /exchange this grant alone, as /token does'),
} as const;
