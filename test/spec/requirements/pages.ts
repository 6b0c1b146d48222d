import { must } from '../requirement.ts';

/** What people see, and what their browsers keep. */
export const pages = {
  'vestibule:seal-secret-rotates': must(
    'Vestibule',
    'the secret behind cookies and forms is rotated every 30 days, and an audit event tells of it',
  ),
  'vestibule:account': must(
    'Vestibule',
    'a person sees what they granted to which client, and withdraws it: its grants end at once, and it has to ask again',
  ),
  'vestibule:account-own': must(
    'Vestibule',
    'the account page is for whoever signed in for it in this browser: no other page posts to it, and nobody else is signed in',
  ),
  'vestibule:account-faults': must(
    'Vestibule',
    'people get a page and a way to do it again when a dependency of the account page fails, and nothing is half withdrawn',
  ),
  'vestibule:branding': must(
    'Vestibule',
    'pages bear the name and the colour that the config gives the company',
  ),
} as const;
