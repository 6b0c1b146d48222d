import { describe, expect, it } from 'vitest';
import type { AdminClient } from '../../../bin/cli/admin-client.ts';
import type { Json } from '../../../bin/cli/declaration.ts';
import { readArguments } from '../../../bin/cli/options.ts';
import { personCommand } from '../../../bin/cli/people.ts';

const id = `person.${'a'.repeat(43)}`;
const alice: Json = {
  ...{ id, idp: 'demo', name: 'Alice Adams' },
  clients: [
    {
      ...{ client_id: 'desk', client_name: 'Desk', granted_at: '2027-01-01T00:00:00Z' },
      granted: [{ resource: 'https://mcp.example.com/mcp', scope: 'tools:read', offline: true }],
    },
  ],
  grants: [{ id: 'grant-one', client_id: 'desk', scope: 'tools:read', created_at: '2027-01-01T00:00:00Z' }],
};

async function run(answer: Json, ...args: readonly string[]) {
  const sent: unknown[] = [];
  const admin: AdminClient = {
    send: (...request) => {
      sent.push(request);
      return Promise.resolve(answer);
    },
    listAll: () => Promise.reject(new Error('nothing is listed')),
  };
  const { values, positionals } = readArguments(args);
  const said = await personCommand({ words: positionals, values, admin: () => admin });
  return { ...said, sent };
}

describe('the commands about people', () => {
  it('show who it is, the clients that they consented to, and what is granted', async () => {
    const { text, json, sent } = await run(alice, 'show', id);
    expect(sent).toEqual([['GET', `people/${id}`]]);
    expect(text).toMatch(/Alice Adams[^]*desk +Desk +2027[^]*tools:read[^]*grant-one +desk/);
    expect(json).toBe(alice);
    const nobody = await run({ id, clients: [], grants: [] }, 'show', id);
    expect(nobody.text).toMatch(/consented to no client[^]*nothing is granted/);
  });

  it('end everything in the name of one, and say what ended', async () => {
    const { text, sent } = await run({ id, known: true, ended_grants: 1 }, 'end', id);
    expect(sent).toEqual([['POST', `people/${id}/end`]]);
    expect(text).toMatch(/signed out everywhere here, and 1 grant ended/);
    expect(text).not.toContain('nobody of that id');
    expect((await run({ id, ended_grants: 2 }, 'end', id)).text).toContain('2 grants ended');
    const stranger = await run({ id, known: false, ended_grants: 0 }, 'end', id);
    expect(stranger.text).toMatch(/0 grants ended[^]*\nnobody of that id has granted anything here/);
  });

  it.each([
    [[], /show, end/],
    [['remove', id], /no command of person/],
    [['show'], /sub of their tokens/],
    [['end', id, 'now'], /one word too many/],
    [['end', id, '--name', 'x'], /no option/],
  ])('say how %j is to be written', async (args, words) => {
    await expect(run(alice, ...args)).rejects.toThrow(words);
  });
});
