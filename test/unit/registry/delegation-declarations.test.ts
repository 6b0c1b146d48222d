import { describe, expect, it } from 'vitest';
import { readAgent } from '../../../lambdas/registry/declaration/agent.ts';
import { readClient } from '../../../lambdas/registry/declaration/client.ts';
import { readResource } from '../../../lambdas/registry/declaration/resource.ts';
import { client, context, refusalOf } from './judged-declarations.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const agent = { id: 'planner', owner: 'platform', catalogue: [] };
const resource = {
  id: 'orders',
  uri: 'https://mcp.example.com/mcp',
  name: 'Orders',
  scopes: [{ name: 'tools:read', description: 'List tools' }],
};
const rule = { resource: 'search', scopes: [{ name: 'find', from: ['ask'] }] };

describe('what an agent may do in the name of others', () => {
  it('is done for people, by delegation and without refresh tokens, unless it says otherwise', () => {
    const written = { subjects: ['agent', 'workload'], mode: 'impersonation', refresh: true };
    const other = { resource: 'https://MCP.example.com/other', scopes: [{ name: 'read' }] };
    const read = readAgent({ ...agent, delegations: [rule, { ...other, ...written }] }, context);
    expect(read.ok && read.value.delegations).toEqual([
      { ...rule, resource: { id: 'search' }, subjects: ['person'], mode: 'delegation' },
      {
        resource: { uri: 'https://mcp.example.com/other' },
        scopes: [{ name: 'read', from: ['read'] }],
        ...written,
      },
    ]);
    const without = readAgent({ ...agent, delegations: [{ ...rule, refresh: false }] }, context);
    expect(without.ok && without.value.delegations?.[0]).not.toHaveProperty('refresh');
    expect(readAgent(agent, context)).not.toHaveProperty('value.delegations');
  });

  it.each([
    ['no entry', [], /^delegations \[\]: must not be empty; leave it out/],
    ['two entries for one target', [rule, rule], /^delegations .*two entries for one resource/],
    ['no target', [{ scopes: rule.scopes }], /^delegations\[0\]\.resource: is required/],
    ['no scope', [{ ...rule, scopes: [] }], /^delegations\[0\]\.scopes \[\]: names no scope/],
    [
      'a scope twice',
      [{ ...rule, scopes: [...rule.scopes, ...rule.scopes] }],
      /scopes .*names a scope twice/,
    ],
    ['a wildcard', [{ ...rule, scopes: [{ name: '*' }] }], /^delegations\[0\]\.scopes\[0\]\.name "\*"/],
    [
      'a scope from none',
      [{ ...rule, scopes: [{ name: 'find', from: [] }] }],
      /^delegations\[0\]\.scopes\[0\]\.from \[\]: names no scope/,
    ],
    [
      'a scope from a wildcard',
      [{ ...rule, scopes: [{ name: 'find', from: ['a:*'] }] }],
      /^delegations\[0\]\.scopes\[0\]\.from\[0\] "a:\*"/,
    ],
    ['nobody', [{ ...rule, subjects: [] }], /^delegations\[0\]\.subjects \[\]: names nobody/],
    ['a kind twice', [{ ...rule, subjects: ['agent', 'agent'] }], /subjects .*names a kind twice/],
    ['an unknown kind', [{ ...rule, subjects: ['robot'] }], /subjects\[0\] "robot": must be one of person/],
    ['another mode', [{ ...rule, mode: 'disguise' }], /mode "disguise": must be "delegation" or/],
    [
      'a word for true',
      [{ ...rule, refresh: 'yes' }],
      /^delegations\[0\]\.refresh "yes": must be true or false/,
    ],
    ['a member of no meaning', [{ ...rule, actor: 'x' }], /^delegations\[0\]\.actor: is no member/],
    ['text', 'all', /^delegations "all": must be a list/],
  ])('is refused with %s', (_what, delegations, words) => {
    expect(refusalOf(readAgent, { ...agent, delegations })).toMatch(words);
  });
});

describe('what an MCP server may do in the name of others', () => {
  const own = { resource: 'search', scopes: [{ name: 'find', from: ['tools:read'] }] };

  it('is declared with it, and so is its registered actor', () => {
    const read = readResource({ ...resource, delegations: [own], actor: 'planner' }, context);
    expect(read.ok && read.value).toMatchObject({
      delegations: [{ ...own, resource: { id: 'search' }, subjects: ['person'], mode: 'delegation' }],
      actor: 'planner',
    });
  });

  it.each([
    [
      'an agent that answers there',
      { kind: 'agent', agent_id: 'planner', delegations: [own] },
      /^delegations .*declare it of agent "planner"/,
    ],
    ['itself', { delegations: [{ ...own, resource: 'orders' }] }, /^delegations .*names the resource itself/],
    [
      'itself by its URI',
      { delegations: [{ ...own, resource: resource.uri }] },
      /^delegations .*names the resource itself/,
    ],
    [
      'a scope from one that it does not define',
      { delegations: [rule] },
      /^delegations .*from "ask", which tokens for this resource never hold; it defines tools:read/,
    ],
    [
      'an actor that no agent can be',
      { actor: 'my planner' },
      /^actor "my planner": must be 1 to 64 letters/,
    ],
  ])('is refused with %s', (_what, change, words) => {
    expect(refusalOf(readResource, { ...resource, ...change })).toMatch(words);
  });
});

describe('the grant of token exchange', () => {
  const { client_id, token_endpoint_auth_method } = client;
  const peoples = { client_id, redirect_uris: ['https://app.example.com/cb'] };

  it('is for clients of agents that prove themselves, and the only one of the server of a resource', () => {
    for (const grant_types of [[exchange], ['client_credentials', exchange, bearer]]) {
      expect(readClient({ ...client, grant_types }, context)).toMatchObject({
        value: { grantTypes: grant_types, hasUsualGrants: false },
      });
    }
    const server = { client_id, token_endpoint_auth_method, resource: 'orders' };
    expect(readClient({ ...server, grant_types: [exchange] }, context).ok).toBe(true);
    const more = { ...server, grant_types: [exchange, 'client_credentials'] };
    expect(refusalOf(readClient, more)).toMatch(
      /^grant_types .*must be \[\] or \["urn.*server of a resource/,
    );
  });

  it.each([
    ['public clients', { ...client, ...peoples, token_endpoint_auth_method: 'none' }, exchange],
    ['clients of nobody', { ...peoples, token_endpoint_auth_method }, exchange],
    ['public clients, as of JWT bearer', { ...peoples, token_endpoint_auth_method: 'none' }, bearer],
  ])('is not for %s', (_who, declared, grant) => {
    const grant_types = ['authorization_code', grant];
    expect(refusalOf(readClient, { ...declared, grant_types })).toMatch(
      /^grant_types .*that proves itself; remove it/,
    );
  });
});
