import { must } from '../requirement.ts';

/** What people see, and what their browsers keep. */
export const pages = {
  'vestibule:seal-secret-rotates': must(
    'Vestibule',
    'the secret behind cookies and forms is rotated every 30 days, and an audit event tells of it',
  ),
} as const;
