import { must, should } from '../requirement.ts';

/** Workloads that are agents here by what their platform says of them. */
export const workloadFederation = {
  'WIF-1': must(
    ['WIF-1', 'RFC 7523 §2.1'],
    'gives a workload a token for an assertion and a resource alone: no client_id, no authentication, no registration',
  ),
  'WIF-2': must(
    ['WIF-2', 'RFC 7523 §3'],
    'demands iss, sub, aud, exp, iat and jti of an assertion, and takes the issuer or the token endpoint as its aud',
  ),
  'WIF-3': must('WIF-3', 'keeps apart whose tokens are trusted and which workloads are which agent'),
  'WIF-4': must(
    'WIF-4',
    'finds the keys of an issuer by a static URL or by discovery, also of an issuer whose name is no URL',
  ),
  'WIF-5': must(
    'WIF-5',
    'puts nothing that a workload says into its token, and names anchor and workload in the audit trail of each',
  ),
  'WIF-6': must(
    ['WIF-6', 'RFC 7521 §4.1.1'],
    'answers invalid_grant to what is wrong with an assertion, invalid_scope and invalid_target to what is wrong with the request',
  ),
  'WIF-7': must(
    'WIF-7',
    'advertises jwt-bearer where workloads are known, and tells their assertions from those of clients by typ and issuer',
  ),
  'vestibule:workload-own-issuer': must(
    'Vestibule',
    'takes no token of its own as the assertion of a workload, and no client assertion in its place',
  ),
  'vestibule:workload-single-use': must(
    'Vestibule',
    'gives exactly one token for one assertion, however many requests present it at once, but where its anchor says that it is reusable',
  ),
  'vestibule:workload-strangers-learn-nothing': must(
    'Vestibule',
    'answers an issuer that is not trusted and a forged assertion of one that is alike, and tells the audit trail the precise reason',
  ),
  'vestibule:workload-least': must(
    'Vestibule',
    'gives a workload no more than its agent has and its rule says, and nothing once the agent is disabled',
  ),
  'vestibule:workload-introspection': must(
    'Vestibule',
    'answers a resource server that a token of a workload is active for as long as its agent is',
  ),
  'vestibule:workload-faults': should(
    'Vestibule',
    'answers 503 while the keys of an unknown kid or the store cannot be reached, spends no assertion by it, and goes on with known keys',
  ),
} as const;
