import { expect, it } from 'vitest';
import { details, listing } from '../../../bin/cli/views.ts';

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

it('an agent is shown with what it may do by tasks', () => {
  const agent = { id: 'planner', owner: 'platform', state: 'active', name: 'Planner', catalogue: [] };
  const managed = { managed_by: { kind: 'deployment', deployment: 'Vestibule' } };
  const tasks = { maximum_hours: 72, extension: true, secrets: ['arn:a', 'arn:b*'] };
  expect(details({ ...agent, tasks })).toContain('72 hours at most, can be extended, into arn:a or arn:b*');
  expect(details({ ...agent, tasks: { maximum_hours: 1 } })).toMatch(/^tasks +1 hours at most$/m);
  const listed = listing('agent', [
    { ...agent, ...managed, tasks },
    { ...agent, ...managed, id: 'analyst' },
  ]);
  expect(listed).toMatch(/^planner .* 72 h /m);
  expect(listed).toMatch(/^analyst .* - +deployment/m);
});
