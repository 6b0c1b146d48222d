import { must } from '../requirement.ts';

/** What operators see of a deployment. */
export const operations = {
  'vestibule:canary': must(
    'Vestibule',
    'a canary finds the issuer from outside, gets a token and verifies it, and names the step that fails',
  ),
} as const;
