import { must, should } from '../requirement.ts';

/** What a client asks at the authorization endpoint, and what it is told. */
export const authorizationRequests = {
  'oidc-core:5.5:claims': must(
    ['OIDC Core §5.5', 'OIDC Core §5.5.1.1', 'OIDC Core §3.1.2.2', 'OIDC Core §5.4'],
    'takes the parameter claims: an essential acr or a sub that is not reached fails the request, claims of the person come by the scopes that they are asked about, and what is not understood is ignored',
  ),
  'AS-20': must(
    ['AS-20', 'RFC 7636 §4.4.1', 'RFC 7636 §4.3', 'RFC 7636 §4.2'],
    'refuses a request without a code_challenge by S256, be it missing, plain or malformed, for every client',
  ),
  'AS-21': must(
    ['AS-21', 'RFC 6749 §3.1.2.3', 'IX-30'],
    'sends people to a registered redirect URI alone, compared as text but for the port of the own machine',
  ),
  'AS-22': must(
    ['AS-22', 'RFC 6749 §3.1.2.4'],
    'tells the person and not an unverified redirect URI, however near it comes to a registered one',
  ),
  'AS-22:strangers': must(
    ['AS-22', 'RFC 9700 §4.11.2'],
    'sends nobody by itself to a page of a client that no one vouches for, unless the person said yes to that client',
  ),
  'AS-23': must(
    ['AS-23', 'RFC 9207 §2'],
    'names itself as iss in every authorization response, success and error alike',
  ),
  'rfc6749:4.1.2:state': must(
    ['RFC 6749 §4.1.2', 'IX-31'],
    'gives the state back as it came, 2 kB of it and whatever its characters',
  ),
  'rfc6749:4.1.2.1:errors': must(
    ['RFC 6749 §4.1.2.1', 'IX-32'],
    'tells the client at its redirect URI what is wrong with its request, repeated parameters included',
  ),
  'rfc8707:2:authorization': must(
    ['RFC 8707 §2', 'AS-30'],
    'takes one resource in an authorization request, and answers several or an unknown one with invalid_target',
  ),
  'IX-33': must(
    ['IX-33', 'RFC 9700 §4.12'],
    'redirects with 303, and to a scheme of an application by a page with a link',
  ),
  'IX-34': should(
    ['IX-34', 'RFC 6749 §3.3'],
    'drops scopes that nobody defines, and grants the default where none is asked',
  ),
  'oidc:11:offline-access': must(
    'OIDC Core §11',
    'lets a client go on while the person is away where it is registered to refresh, and no other by asking for offline_access',
  ),
  'oidc:3.1.2.1:prompt': must(
    ['OIDC Core §3.1.2.1', 'OIDC Core §3.1.2.6'],
    'shows no page where the client wants none, and says why it cannot go on',
  ),
  'oidc:3.1.2.1:wishes': must(
    'OIDC Core §3.1.2.1',
    'hands prompt, max_age, acr_values and login_hint on to the identity provider, and nothing else of the request',
  ),
} as const;

/** From the consent page to the code. */
export const signIn = {
  'UI-1': must(
    ['UI-1', 'UI-2', 'UI-3'],
    'shows where the person is sent afterwards, with a warning for their own machine',
  ),
  'UI-4': must(['UI-4'], 'asks the person for each client before anything goes to the identity provider'),
  'UI-5': must(
    ['UI-5', 'RFC 9700 §4.7'],
    'keeps nothing and sends no state before the yes, and takes a state once, within ten minutes, from the browser that began',
  ),
  'vestibule:consent-bound': must(
    'Vestibule',
    'takes an answer to a page from the browser that got the page, and from no other',
  ),
  'vestibule:consent-remembered': must(
    ['Vestibule', 'IX-52'],
    'asks a person again when a client asks for more, goes elsewhere or is another one, and not for the same',
  ),
  'vestibule:used-clients-live-on': must(
    'Vestibule',
    'keeps a client that registered itself for as long as people use it',
  ),
  'vestibule:consent-implied': must('Vestibule', 'asks nobody for a client that the config vouches for'),
  'vestibule:mix-up': must(
    ['Vestibule', 'RFC 9700 §4.4.2.2'],
    'takes the answer of the identity provider that the person was sent to, and of no other',
  ),
  'vestibule:held-by-roles': must(
    'Vestibule',
    'grants what was consented to, is on offer and is held by the roles of the person, and nothing where nothing is left',
  ),
  'vestibule:upstream-down': must(
    'Vestibule',
    'gives a person whose identity provider is down a page to try again, and the client temporarily_unavailable',
  ),
  'vestibule:sign-in-faults': must(
    'Vestibule',
    'loses and doubles nothing of a sign-in when AWS fails, and gives the person a page to try again',
  ),
  'vestibule:sign-in-out-of-time': must(
    'Vestibule',
    'gives people a page to try again, and programs the same in JSON, when a sign-in takes longer than its function may',
  ),
  'vestibule:sign-in-audited': must(
    'Vestibule',
    'writes one event for each decision of a sign-in, and no secret',
  ),
} as const;
