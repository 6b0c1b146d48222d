import { describe, expect, it } from 'vitest';
import type { Agent, Client } from '../../../lambdas/ports/registry.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aGrant } from '../../contract/store/mothers.ts';
import { aServerClient, aToken, aTokenJudge, theClaims, type TokenJudge } from './a-token-judge.ts';
import { aClient, anAgent, now, theSecret } from './mothers.ts';

const person = { sub: 'person.alice', grant_id: 'granted', roles: ['clerk'] };
const assistant = { client_id: 'assistant-client', exp: now + 900 };
const planner = { client_id: 'planner-client', agent_id: 'planner' };
const analyst = { client_id: 'analyst-client', agent_id: 'analyst' };

/** Alice, who uses an assistant, via planner, via analyst, which holds the token. */
const chained = {
  ...{ ...person, ...analyst, jti: 'third', exp: now + 600 },
  act: { sub: 'analyst', ...analyst, act: { sub: 'planner', ...planner } },
  jti_chain: ['first', 'second'],
  client_chain: [assistant, { ...planner, exp: now + 700 }],
};

const terms = {
  ...aGrant().terms,
  ...{ id: 'granted' as GrantId, clientId: 'assistant-client' as ClientId },
};
/** The same without one member. */
function less(whole: object, member: string): object {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== member));
}
const clients: readonly Client[] = [
  less(aClient({ id: 'assistant-client' as ClientId }), 'agentId') as Client,
  aClient(),
  aClient({ id: 'analyst-client' as ClientId, agentId: 'analyst' as AgentId }),
  aServerClient(),
];
const agents: readonly Agent[] = [anAgent(), anAgent({ id: 'analyst' as AgentId })];
const alive = { clients, agents, grant: { terms } };

async function introspected(judge: TokenJudge, claims: object): Promise<unknown> {
  const outcome = await judge.introspect(
    {
      parameters: { values: new Map([['token', await aToken(claims)]]), resources: [] },
      authorization: { kind: 'basic', clientId: 'demo-server', secret: new Secret(theSecret) },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    now,
  );
  if (!outcome.ok) return outcome.refusal.reason;
  return outcome.value.active ? 'active' : outcome.value.reason;
}

function without(id: string): object {
  return { clients: clients.filter((client) => client.id !== id) };
}

function changed(id: string, change: Partial<Client>): object {
  return { clients: clients.map((client) => (client.id === id ? { ...client, ...change } : client)) };
}

describe('a token that was exchanged', () => {
  it('is active, and asked about with all that it depends on at once', async () => {
    const judge = aTokenJudge(alive);
    expect(await introspected(judge, chained)).toBe('active');
    expect(judge.asked).toEqual([
      {
        ...{ jti: 'third', expiresAt: now + 600, clientId: 'analyst-client', agentId: 'analyst' },
        ...{ grantId: 'granted', resource: theClaims.aud },
        chain: [
          { jti: 'first', expiresAt: now + 900, clientId: 'assistant-client' },
          { jti: 'second', expiresAt: now + 700, clientId: 'planner-client', agentId: 'planner' },
        ],
      },
    ]);
    expect(judge.audited).toMatchObject([{ via: ['planner', 'analyst'], parentJti: 'second' }]);
    await introspected(judge, theClaims);
    expect(judge.audited[1]).not.toHaveProperty('via');
    expect(judge.audited[1]).not.toHaveProperty('parentJti');
  });

  it.each([
    ['the first token of its chain is revoked', { revokedJtis: ['first'] }, 'parent_revoked'],
    ['the one before it is revoked', { revokedJtis: ['second'] }, 'parent_revoked'],
    ['it is revoked itself', { isRevoked: true }, 'revoked'],
    ["the person's grant ended", { grant: { terms, ended: { at: now, reason: 'revoked' } } }, 'grant_ended'],
    ["the person's grant is gone", { grant: undefined }, 'grant_ended'],
    [
      'the grant is that of whoever holds it, and not of the first client',
      { grant: { terms: { ...terms, clientId: 'analyst-client' as ClientId } } },
      'grant_ended',
    ],
    ['the first client is gone', without('assistant-client'), 'chain_not_active'],
    ['the first client is disabled', changed('assistant-client', { state: 'disabled' }), 'chain_not_active'],
    ['a client in between is gone', without('planner-client'), 'chain_not_active'],
    ['a client in between is disabled', changed('planner-client', { state: 'disabled' }), 'chain_not_active'],
    [
      'a client in between was registered anew for another agent',
      changed('planner-client', { agentId: 'analyst' as AgentId }),
      'chain_not_active',
    ],
    [
      'the first client belongs to an agent now',
      changed('assistant-client', { agentId: 'planner' as AgentId }),
      'chain_not_active',
    ],
    ['an agent in between is gone', { agents: agents.slice(1) }, 'chain_not_active'],
    [
      'an agent in between is disabled',
      { agents: [anAgent({ state: 'disabled' }), agents[1]!] },
      'chain_not_active',
    ],
    ['its own client is gone', without('analyst-client'), 'client_not_active'],
    ['its own agent is gone', { agents: agents.slice(0, 1) }, 'agent_not_active'],
  ])('counts for nothing once %s', async (_what, input, reason) => {
    expect(await introspected(aTokenJudge({ ...alive, ...input }), chained)).toBe(reason);
  });

  it('may have come through a workload, which is its agent and no client', async () => {
    const workload = { client_id: 'planner', agent_id: 'planner' };
    const claims = {
      ...{ ...chained, client_chain: [assistant, { ...workload, exp: now + 700 }] },
      act: { sub: 'analyst', ...analyst, act: { sub: 'planner', ...workload } },
    };
    expect(await introspected(aTokenJudge(alive), claims)).toBe('active');
    const disabled = { ...alive, agents: [anAgent({ state: 'disabled' }), agents[1]!] };
    expect(await introspected(aTokenJudge(disabled), claims)).toBe('chain_not_active');
  });

  it('ends with its chain where it does not say who acts', async () => {
    const impersonating = less(chained, 'act');
    expect(await introspected(aTokenJudge(alive), impersonating)).toBe('active');
    const ended = { ...alive, revokedJtis: ['first'] };
    expect(await introspected(aTokenJudge(ended), impersonating)).toBe('parent_revoked');
  });

  it('has no holder of ours for a token that somebody else issued', async () => {
    const claims = less(chained, 'grant_id');
    const judge = aTokenJudge({ ...alive, grant: undefined });
    const foreign = { ...claims, client_chain: chained.client_chain.slice(1) };
    expect(await introspected(judge, foreign)).toBe('active');
    expect(judge.asked).toMatchObject([{ chain: [{ jti: 'second', clientId: 'planner-client' }] }]);
    expect(await introspected(aTokenJudge(alive), { ...foreign, ...person })).toBe('grant_ended');
  });

  it.each([
    ['an end of its person reaches to when it was issued', 0, 'person_ended'],
    ['an end of its person was before', -1, 'active'],
  ])('that somebody else vouched for: once %s', async (_what, until, outcome) => {
    const foreign = { ...less(chained, 'grant_id'), client_chain: chained.client_chain.slice(1) };
    const judge = aTokenJudge({ ...alive, grant: undefined, personEndedUntil: after(now, until) });
    expect(await introspected(judge, foreign)).toBe(outcome);
    expect(judge.asked).toMatchObject([{ person: 'person.alice' }]);
  });

  it('that rests on a grant ends with that, and nobody asks about its person', async () => {
    const judge = aTokenJudge({ ...alive, personEndedUntil: after(now, 60) });
    expect(await introspected(judge, chained)).toBe('active');
    expect(judge.asked[0]).not.toHaveProperty('person');
  });
});

const deep = (levels: number): object => ({
  ...{ sub: 'planner', ...planner },
  ...(levels > 1 && { act: deep(levels - 1) }),
});

describe('a chain that was tampered with makes no token of ours:', () => {
  it.each([
    ['an actor without the tokens it acts by', { jti_chain: undefined, client_chain: undefined }],
    ['holders without their tokens', { act: undefined, jti_chain: undefined }],
    ['a token cut off the end', { jti_chain: ['first'] }],
    ['a token and its holder cut off the end', { jti_chain: ['first'], client_chain: [assistant] }],
    ['holders cut off', { client_chain: undefined }],
    ['a token put in', { jti_chain: ['first', 'second', 'more', 'most'] }],
    ['a holder put in', { client_chain: [assistant, assistant, ...chained.client_chain] }],
    ['a token twice', { jti_chain: ['first', 'first'] }],
    ['its own id among those it came from', { jti_chain: ['first', 'third'] }],
    ['no tokens at all', { act: undefined, jti_chain: [], client_chain: undefined }],
    ['an actor who does not hold it', { act: { ...chained.act, client_id: 'planner-client' } }],
    ['an actor of another agent', { act: { ...chained.act, agent_id: 'planner' } }],
    ['an actor before who held none', { act: { ...chained.act, act: { sub: 'x', client_id: 'x' } } }],
    ['an actor left out', { act: { sub: 'analyst', ...analyst, act: { sub: 'assistant', ...assistant } } }],
    ['a holder whose token ends before it', { client_chain: [assistant, { ...planner, exp: now + 599 }] }],
    [
      'tokens that end later and later',
      { client_chain: [{ ...assistant, exp: now + 650 }, chained.client_chain[1]] },
    ],
    ['a hundred actors', { act: deep(100) }],
    ['ten actors', { act: deep(10) }],
    ['nine tokens', { act: undefined, client_chain: undefined, jti_chain: 'abcdefghi'.split('') }],
    ['an actor with more to it', { act: { ...chained.act, iss: 'https://other.example' } }],
    ['an actor who is a name alone', { act: 'analyst' }],
    ['an actor without a client', { act: { sub: 'analyst', agent_id: 'analyst' } }],
    ['ids that are none', { jti_chain: ['first', 2] }],
    ['one id for a list', { jti_chain: 'second' }],
    ['a holder without an end', { client_chain: [assistant, planner] }],
  ])('%s', async (_what, change) => {
    expect(await introspected(aTokenJudge(alive), { ...chained, ...change })).toBe('not_an_access_token');
  });
});

describe('the client of an exchanged token', () => {
  it.each([
    ['ends it', 'analyst-client', true],
    ['before it in the chain does not end this one', 'planner-client', false],
  ])('%s', async (_what, clientId, isEnded) => {
    const judge = aTokenJudge(alive);
    const outcome = await judge.revoke(
      {
        parameters: { values: new Map([['token', await aToken(chained)]]), resources: [] },
        authorization: { kind: 'basic', clientId, secret: new Secret(theSecret) },
        ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
      },
      now,
    );
    expect(outcome).toMatchObject({ value: { revoked: isEnded } });
    expect(judge.revoked.map(({ jti }) => jti)).toEqual(isEnded ? ['third'] : []);
  });
});

describe('the longest chain of the longest names', () => {
  it('fits a header', async () => {
    const name = (letter: string) => letter.repeat(64);
    const names = Array.from('abcdefgh', (letter) => ({ client_id: name(letter), agent_id: name(letter) }));
    const nested = names.reduce<object | undefined>(
      (act, actor) => ({ sub: actor.agent_id, ...actor, ...(act && { act }) }),
      undefined,
    );
    const client_chain = [
      { ...assistant, client_id: `https://${name('x')}.example.com/oauth/client.json` },
      ...names.slice(0, -1).map((holder) => ({ ...holder, exp: now + 900 })),
    ];
    const token = {
      ...{ ...chained, ...names.at(-1), act: nested, client_chain },
      ...{ sub: `person.${'s'.repeat(43)}`, grant_id: 'g'.repeat(22), jti: 'j'.repeat(22) },
      ...{ jti_chain: names.map((_, index) => String(index).repeat(22)) },
      ...{ acr: 'urn:example:strong', amr: ['pwd', 'mfa'], auth_time: now, roles: ['clerk', 'auditor'] },
      ...{
        aud: `https://${name('r')}.example.com/mcp`,
        scope: 'tools:read tools:write',
        cnf: { jkt: 'k'.repeat(43) },
        task_chain: Array.from('abcd', (letter) => letter.repeat(22)),
      },
    };
    const text = await aToken(token);
    // What servers in front of others take in one header, and DPoP proof, Host and cookies beside it.
    expect(`authorization: DPoP ${text}`.length).toBeLessThan(7_000);
    const judge = aTokenJudge(alive);
    expect(await introspected(judge, token)).not.toBe('not_an_access_token');
  });
});
