import { must } from '../requirement.ts';

/** Tokens of somebody else that are exchanged here. */
export const trustAnchors = {
  'vestibule:foreign-exchange': must(
    ['Vestibule', 'RFC 8693 §2.1'],
    'exchanges an access token, an id_token or another JWT of a trust anchor for the agents that the anchor names, by the names of RFC 8693 and by those of the anchor',
  ),
  'vestibule:vouched-bounds': must(
    'Vestibule',
    'bounds every further exchange of what came by an anchor: by the terms of the anchor at targets that they name, by the roles of the person, and by whether the anchor and the identity provider are still trusted',
  ),
  'vestibule:foreign-terms': must(
    'Vestibule',
    'gives by a foreign token no target and no scope beyond the terms of its anchor, and no life beyond its own',
  ),
  'vestibule:foreign-people': must(
    'Vestibule',
    'knows the people of an identity provider as at their sign-in, by issuer, tenant and stable id, and gives them what their roles hold',
  ),
  'vestibule:foreign-workloads': must(
    'Vestibule',
    'exchanges a token of AWS or another platform in the name of the workload that it is of, where anchor and policy say so, and never as a person',
  ),
  'vestibule:foreign-kinds': must(
    ['Vestibule', 'RFC 8725 §3.11'],
    'takes no kind of foreign token for another, and says of each wrong one what it is and what to request',
  ),
  'vestibule:foreign-claims': must(
    ['Vestibule', 'RFC 8725 §3.1'],
    'judges signature, algorithm, times, audience, authorized party and every claim that the config demands',
  ),
  'vestibule:foreign-tenants': must(
    'Vestibule',
    'lets no token of one tenant count by the anchor of another',
  ),
  'vestibule:foreign-strangers': must(
    'Vestibule',
    'tells nobody whom an anchor does not name that there is such an anchor',
  ),
  'vestibule:foreign-keys': must(
    'Vestibule',
    'answers 503 while it cannot know the key that a foreign token names',
  ),
} as const;
