import { must, should } from '../requirement.ts';

/** Clients on devices without a browser. */
export const deviceGrant = {
  'rfc8628:3.1:authenticated': must(
    'RFC 8628 §3.1',
    'lets clients that are registered for it begin at /device_authorization, each proving itself as at the token endpoint',
  ),
  'rfc8628:3.2:response': must(
    'RFC 8628 §3.2',
    'gives a device a code to show, one to poll with, where people go, and for how long and how often',
  ),
  'rfc8628:3.3:approved': must(
    'RFC 8628 §3.3',
    'lets a person enter the code at a page, and asks them for the client as it asks for any other',
  ),
  'rfc8628:3.3.1:link': must(
    'RFC 8628 §3.3.1',
    'fills in the code that a link brings, and takes it when the person sends it',
  ),
  'rfc8628:3.4:tokens': must(
    'RFC 8628 §3.4',
    'gives the client that began, and no other, the tokens that the person granted, once',
  ),
  'rfc8628:3.5:denied': must('RFC 8628 §3.5', 'tells the device access_denied where the person said no'),
  'rfc8628:3.5:expired': must(
    'RFC 8628 §3.5',
    'tells the device expired_token after ten minutes, and takes its user code no more',
  ),
  'rfc8628:3.5:slow-down': must(
    'RFC 8628 §3.5',
    'tells a device that polls too fast slow_down, and has it wait five seconds longer from then on',
  ),
  'rfc8628:4:metadata': must('RFC 8628 §4', 'advertises device_authorization_endpoint and the grant'),
  'rfc8628:5.1:guessing': must(
    ['RFC 8628 §5.1', 'RFC 6585 §4'],
    'limits how many user codes one address and all of them together may try, and tells nothing of a wrong one',
  ),
  'rfc8628:5.4:asked-each-time': should(
    'RFC 8628 §5.4',
    'shows who asks and the code, warns of codes that somebody else sent, and asks anew for each device',
  ),
  'rfc8628:6.1:user-code': should(
    'RFC 8628 §6.1',
    'makes user codes of eight letters without vowels, and ignores case, blanks and dashes',
  ),
  'rfc8628:registered': must(
    ['RFC 7591 §2', 'RFC 7591 §2.1'],
    'registers clients for devices, without redirect URIs and response types where that is all they do',
  ),
  'rfc7591:2:document-for-devices': must(
    'RFC 7591 §2',
    'knows a client for devices alone by its metadata document, which lists no redirect URI, and gives it no other grant',
  ),
  'vestibule:device-code-is-no-code': must(
    'Vestibule',
    'takes what a device redeems at the device grant, and nowhere else',
  ),
  'vestibule:device-replayed': must(
    'Vestibule',
    'ends what was issued on a device code that is used a second time, unless the client only asked again',
  ),
  'vestibule:device-one-approver': must(
    'Vestibule',
    'lets one of the people who approve one code win, and ends what the others granted',
  ),
  'vestibule:device-one-winner': must(
    'Vestibule',
    'gives tokens to one of the polls that come at once, whichever instance they reach',
  ),
  'vestibule:device-faults': must(
    'Vestibule',
    'loses and doubles nothing of a device when AWS fails: the device polls again, and the person tries again',
  ),
} as const;
