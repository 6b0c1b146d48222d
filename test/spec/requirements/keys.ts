import { must } from '../requirement.ts';

/** The life of the signing keys. */
export const keyLife = {
  'vestibule:keys-at-deployment': must(
    'Vestibule',
    'a deployment makes a key that signs and a published standby, and a later one resets neither',
  ),
  'vestibule:keys-rotate-on-schedule': must(
    'Vestibule',
    'a key is followed by one that was published at least a day before, when its days are over and nobody is there',
  ),
  'vestibule:keys-overlap': must(
    ['Vestibule', 'RFC 7517 §5'],
    'a rotated key stays in the key set until the last token it signed has expired, and leaves it then',
  ),
  'vestibule:keys-warm-instances': must(
    'Vestibule',
    'an instance that was idle during a rotation signs with the right key on its next request',
  ),
  'vestibule:keys-destroyed': must('Vestibule', 'a key is destroyed after it has left the key set'),
  'vestibule:keys-emergency': must(
    'Vestibule',
    'a compromised key leaves the key set at once, nothing it signed is active any more, and the standby signs',
  ),
  'vestibule:keys-for-operators': must(
    'Vestibule',
    'the routes of the keys refuse unsigned requests, unknown keys and malformed bodies, and say why',
  ),
  'vestibule:keys-resumed': must(
    'Vestibule',
    'a rotation that was interrupted at any call is completed later, with no key left that nobody knows',
  ),
} as const;
