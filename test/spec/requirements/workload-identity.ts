import { must } from '../requirement.ts';

/** Clients that are AWS workloads: the token that AWS STS issues to a role is their assertion. */
export const workloadIdentity = {
  'vestibule:aws-role-without-a-secret': must(
    ['Vestibule', 'RFC 7523 §2.2'],
    'gives a token to an AWS workload for the token that AWS issued to its role: no secret, no key and no client_id',
  ),
  'vestibule:aws-algorithms': must(
    ['Vestibule', 'RFC 8725 §3.1'],
    'verifies tokens of AWS by ES384 and RS256, each with a key of its own type, and advertises both',
  ),
  'vestibule:aws-key-clients-unchanged': must(
    ['Vestibule', 'RFC 8725 §3.1'],
    'takes no assertion signed with ES384 from a client of private_key_jwt',
  ),
  'vestibule:aws-issuer': must(
    'Vestibule',
    'takes as issuer the host of an AWS account and no look-alike of it, and fetches the keys of registered issuers only',
  ),
  'vestibule:aws-audience': must(
    ['Vestibule', 'RFC 7523 §3'],
    'takes a token of AWS made for the issuer or for the token endpoint, and for nothing else',
  ),
  'vestibule:aws-times': must(
    ['Vestibule', 'RFC 7523 §3'],
    'refuses a token of AWS that is expired, not valid yet, or good for longer than an hour',
  ),
  'vestibule:aws-binding': must(
    'Vestibule',
    'binds a client to account, role, organization, principal tags and Lambda function as it was registered, and says which of them does not fit',
  ),
  'vestibule:aws-request-tags': must('Vestibule', 'authorizes nothing by tags that the caller chose'),
  'vestibule:aws-most-specific-role': must(
    'Vestibule',
    'finds the client of a role by its ARN and then by its innermost registered path, and lets client_id choose among those that fit',
  ),
  'vestibule:aws-one-client-a-role': must('Vestibule', 'registers one role of one issuer for one client'),
  'vestibule:aws-single-use': must(
    ['Vestibule', 'RFC 7523 §3'],
    'gives exactly one token for one token of AWS, however many requests present it at once',
  ),
  'vestibule:aws-strangers-learn-nothing': must(
    'Vestibule',
    'answers a role that nobody registered and a forged token of a registered one alike, and tells the audit trail the precise reason of every refusal',
  ),
  'vestibule:aws-failed-dependency': must(
    'Vestibule',
    'answers 503, and spends no token of AWS, while the keys of the account or the store cannot be reached',
  ),
  'vestibule:aws-at-every-endpoint': must(
    'Vestibule',
    'knows an AWS workload at the introspection and the revocation endpoint as at the token endpoint',
  ),
  'vestibule:aws-signed-request': must(
    ['Vestibule', 'RFC 7521 §4.2'],
    'gives a token for a request to sts:GetCallerIdentity that the role of a client signed, where the deployment accepts such, and nowhere else',
  ),
  'vestibule:aws-signed-request-for-us': must(
    'Vestibule',
    'refuses a signed request that does not name this issuer among what is signed, is older than a minute, goes to another host than STS, or came before',
  ),
  'vestibule:aws-signed-request-dependency': must(
    'Vestibule',
    'answers 503 while AWS cannot be asked who signed a request',
  ),
} as const;
