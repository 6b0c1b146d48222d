import { must } from '../requirement.ts';

/** How sessions of people end, and what is granted in their name. */
export const endsOfPeople = {
  'vestibule:person-shown': must(
    'Vestibule',
    'an operator sees who a person is, the clients that they consented to, what is live in their name, and when their sessions were ended',
  ),
  'vestibule:person-end': must(
    'Vestibule',
    'an operator ends a person: every grant, what is kept upstream for it, every session in any browser, and nobody else loses anything',
  ),
  'vestibule:person-end-races': must(
    'Vestibule',
    'once the end of a person is answered there is no new token of before, whatever sign-in, redemption or refresh was on its way',
  ),
  'vestibule:person-end-faults': must(
    'Vestibule',
    'whatever fails while a person is ended is told, and doing it again ends the rest',
  ),
} as const;
