import { must } from '../requirement.ts';

/** Access tokens that say nothing. */
export const opaqueTokens = {
  'vestibule:opaque-tokens': must(
    ['Vestibule', 'RFC 7662 §2.2'],
    'gives random text for a resource that wants it, by every grant, and tells its server alone what it stands for',
  ),
  'vestibule:opaque-ends': must(
    'Vestibule',
    'ends an opaque token as it ends a signed one: by its time, its client, its grant, or whoever it acts for',
  ),
  'vestibule:opaque-secrets': must(
    'Vestibule',
    'keeps what an opaque token stands for under a digest, and writes the token nowhere',
  ),
  'vestibule:opaque-faults': must(
    'Vestibule',
    'uses up no code and no refresh token where an opaque token could not be kept',
  ),
} as const;
