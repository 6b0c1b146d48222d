import { must } from '../requirement.ts';

/** What this deployment says of its people to authorization servers of others (ID-JAG). */
export const identityAssertions = {
  'vestibule:id-jag-issued': must(
    ['Vestibule', 'RFC 8693 §2.2.1'],
    'issues an ID-JAG for five minutes to a client whose id_token or refresh token of a person it presents, with the claims that the terms and the sign-in give, and calls it N_A',
  ),
  'vestibule:id-jag-issued-denied': must(
    'Vestibule',
    'issues no ID-JAG that the config does not name: by client, audience, resource, scope and identity provider',
  ),
  'vestibule:id-jag-issued-subject': must(
    'Vestibule',
    'issues no ID-JAG for a token of another client, of another kind, forged or expired, or of a grant that has ended or whose person no longer stands',
  ),
  'vestibule:id-jag-issued-key': must(
    ['EMA-10', 'Vestibule'],
    'binds an ID-JAG to the key that its client proves',
  ),
  'vestibule:id-jag-issued-not-ours': must(
    'Vestibule',
    'takes an ID-JAG that it issued for no token, of any resource of its own',
  ),
  'vestibule:id-jag-issued-metadata': must('Vestibule', 'advertises ID-JAGs only where it issues any'),
} as const;
