import { must } from '../requirement.ts';

/** How people connect their accounts at third parties, and see and disconnect them. */
export const connecting = {
  'vestibule:connect-page': must(
    'Vestibule',
    'who connects an account is told which agents may do what with it and what the third party is asked for, and what is ticked of what is offered counts, and nothing else',
  ),
  'rfc7636:4.1:connect': must(
    ['RFC 7636 §4.1', 'RFC 7636 §4.2', 'RFC 6749 §4.1.1'],
    'sends people to a third party with a state and a code challenge of their own, which are good for ten minutes and once',
  ),
  'rfc9700:4.7:connect': must(
    ['RFC 9700 §4.7', 'RFC 9700 §4.4.2.2'],
    'takes the answer of a third party in the session that was sent there, at the callback of that third party; for anybody else nothing is spent',
  ),
  'rfc9207:2.4:connect': must(
    'RFC 9207 §2.4',
    'takes no answer that does not name its issuer, of a third party that does',
  ),
  'rfc6749:4.1.2:connect': must(
    ['RFC 6749 §4.1.2', 'RFC 6749 §4.1.2.1'],
    'completes a connection once for the code of a third party, shows what came of it to whoever loads the page again, and tells its errors in words of ours',
  ),
  'vestibule:connected-accounts': must(
    'Vestibule',
    'a person sees the accounts that they connected, what each lets and whether it works, and disconnects it; whoever has the role does so for a group of agents, and nobody else',
  ),
} as const;
