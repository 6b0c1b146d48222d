import { expect, it } from 'vitest';
import { details } from '../../../bin/cli/views.ts';

it('an agent is shown with what it may do in the name of others', () => {
  const [demo, search] = ['https://mcp.example.com/mcp', 'https://search.example.com/mcp'];
  const shown = details({
    id: 'analyst',
    delegations: [
      {
        resource: demo,
        scopes: [
          { name: 'tools:read', from: ['ask', 'tell'] },
          { name: 'tools:write', from: ['tell'] },
        ],
        ...{ subjects: ['person'], mode: 'delegation' },
      },
      {
        resource: search,
        scopes: [{ name: 'find', from: ['ask'] }],
        ...{ subjects: ['person', 'agent'], mode: 'impersonation', refresh: true },
      },
    ],
  });
  expect(shown.split('\n')).toEqual([
    'id           analyst',
    `delegations  ${demo}  tools:read (from ask or tell), tools:write (from tell)  for person`,
    `             ${search}  find (from ask)  for person, agent  by impersonation  with refresh tokens`,
  ]);
});
