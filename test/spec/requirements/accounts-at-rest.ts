import { must } from '../requirement.ts';

/** What is kept of accounts at third parties, and for whom it opens. */
export const accountsAtRest = {
  'vestibule:accounts-bound': must(
    'Vestibule',
    'opens what is kept of an account for the one whose it is, at the place where it was put, and for nobody where it was moved',
  ),
  'vestibule:accounts-in-secrets': must(
    'Vestibule',
    'keeps what is had of an account in secrets of its own where the config wants that, and deletes them with it',
  ),
  'vestibule:egress-canaries': must(
    'Vestibule',
    'leaves no credential of a third party where somebody reads it or it stays behind: in no log, answer, event, metric, message or item, whatever happens to an account',
  ),
} as const;
