import { must } from '../requirement.ts';

/** Keys that are wrapped by KMS, and the signatures they make. */
export const signing = {
  'rfc7518:3.4:es256': must(
    ['RFC 7518 §3.4', 'RFC 7518 §6.2.1'],
    'signs ES256 as two numbers of 32 bytes, and publishes the coordinates of the key that verifies it',
  ),
  'vestibule:envelope-signs': must(
    'Vestibule',
    'signs with a wrapped key what discovery lets anybody verify, and asks KMS once for each instance',
  ),
  'vestibule:envelope-questions': must(
    'Vestibule',
    'introspects and revokes tokens of a wrapped key, and signs its answers with one',
  ),
  'vestibule:honest-algorithms': must(
    ['Vestibule', 'RFC 8414 §2'],
    'advertises the algorithm that it signs with, and no other',
  ),
  'vestibule:envelope-unavailable': must(
    'Vestibule',
    'answers 503 with Retry-After while its key cannot be unwrapped, writes signing_key_unavailable, and signs again after',
  ),
  'vestibule:envelope-binding': must(
    'Vestibule',
    'signs nothing with an item that belongs to another key, or was wrapped for another purpose',
  ),
  'vestibule:private-key-never-written': must(
    'Vestibule',
    'writes no private key into a log line, an answer or an item',
  ),
} as const;
