import { must } from '../requirement.ts';

/** What is done in the name of others, as operators declare it. */
export const delegations = {
  'vestibule:delegation-declared': must(
    'Vestibule',
    'exchanges within what an operator declared of an agent or of an MCP server, and nothing where none did',
  ),
  'vestibule:delegation-fresh': must(
    'Vestibule',
    'makes no exchange later than 5 seconds after an operator took away what it rests on: the rule, the target, the grant of the client, the place of the agent',
  ),
};
