import { describe, expect, it } from 'vitest';
import { readAuthorizationRequest } from '../../../lambdas/oauth/authorization/read-authorization-request.ts';
import type { RegistryView } from '../../../lambdas/ports/registry.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId } from '../../../lambdas/runtime/identifiers.ts';
import { aPersonalClient, callback, requestParameters } from './an-authorization-request.ts';
import { aClient, anAgent, aResource, now, scopes, uri } from './mothers.ts';

const view: RegistryView = { client: aPersonalClient(), resource: aResource() };

function reading(
  changes: Readonly<Record<string, string | undefined>> = {},
  { more = '', known = view }: { readonly more?: string; readonly known?: RegistryView } = {},
) {
  return readAuthorizationRequest(requestParameters(changes, more), known, now);
}

function asked(...given: Parameters<typeof reading>) {
  const read = reading(...given);
  if (!read.ok) throw new Error(read.refusal.refusal.reason);
  return read.value;
}

function refused(...given: Parameters<typeof reading>): string {
  const read = reading(...given);
  if (read.ok) return 'taken';
  return read.refusal.tell === 'person'
    ? `page ${read.refusal.refusal.reason}`
    : `${read.refusal.refusal.error} ${read.refusal.refusal.reason}`;
}

const knowing = (changes: Partial<RegistryView>) => ({ known: { ...view, ...changes } });

describe('what is told to the person, because no redirect URI is verified', () => {
  it.each([
    ['a request without a client', { client_id: undefined }, {}, 'client_id_missing'],
    ['a repeated client_id', {}, { more: '&client_id=other' }, 'parameter_ambiguous'],
    ['a repeated redirect_uri', {}, { more: `&redirect_uri=${callback}` }, 'parameter_ambiguous'],
    ['an unknown client', {}, { known: {} }, 'client_unknown'],
    ['a disabled client', {}, knowing({ client: aPersonalClient({ state: 'disabled' }) }), 'client_disabled'],
    [
      'a client that waits for approval',
      {},
      knowing({
        client: aPersonalClient({ state: 'disabled', registered: { metadata: {}, awaitsApproval: true } }),
      }),
      'client_awaits_approval',
    ],
    ['an expired client', {}, knowing({ client: aPersonalClient({ expiresAt: now }) }), 'client_expired'],
    ['a machine', {}, knowing({ client: aClient({ redirectUris: [callback] }) }), 'client_not_interactive'],
    ['another redirect URI', { redirect_uri: `${callback}/` }, {}, 'redirect_uri_not_registered'],
    [
      'another one with a flawed rest',
      { redirect_uri: 'https://evil.example.com', scope: ' ' },
      {},
      'redirect_uri_not_registered',
    ],
  ])('%s', (_what, changes, options, reason) => {
    expect(refused(changes, options)).toBe(`page ${reason}`);
  });

  it('a missing redirect URI, unless the client has a single one, at a host', () => {
    const left = { redirect_uri: undefined };
    const having = (...redirectUris: string[]) => knowing({ client: aPersonalClient({ redirectUris }) });
    expect(asked(left).redirectUri).toBe(callback);
    expect(refused(left, having(callback, 'https://claude.com/callback'))).toBe('page redirect_uri_missing');
    expect(refused(left, having('http://127.0.0.1/callback'))).toBe('page redirect_uri_missing');
    expect(refused(left, having('com.example.app:/callback'))).toBe('page redirect_uri_missing');
    expect(refused(left, having())).toBe('page redirect_uri_missing');
  });

  it('a client until it expires is none of them', () => {
    const client = aPersonalClient({ expiresAt: instant(now + 1) });
    expect(refused({}, knowing({ client }))).toBe('taken');
  });
});

describe('what is told to the client at its redirect URI', () => {
  it('goes without a state that would keep the answer from arriving', () => {
    const read = reading({ state: 'x'.repeat(6_145) });
    expect(read).toMatchObject({ ok: false, refusal: { tell: 'client', back: { redirectUri: callback } } });
    expect(read.ok || read.refusal.tell === 'person' ? '' : read.refusal.back).not.toHaveProperty('state');
    expect(asked({ state: 'x'.repeat(6_144), nonce: 'x'.repeat(1_024) }).state).toHaveLength(6_144);
  });

  it.each([
    ['no challenge', { code_challenge: undefined }, 'invalid_request code_challenge_missing'],
    ['an empty challenge', { code_challenge: '' }, 'invalid_request code_challenge_missing'],
    [
      'no method, which means plain',
      { code_challenge_method: undefined },
      'invalid_request code_challenge_method_unsupported',
    ],
    [
      'the method plain',
      { code_challenge_method: 'plain' },
      'invalid_request code_challenge_method_unsupported',
    ],
    [
      'the method in other letters',
      { code_challenge_method: 's256' },
      'invalid_request code_challenge_method_unsupported',
    ],
    ['a key by no thumbprint', { dpop_jkt: 'a'.repeat(42) }, 'invalid_request dpop_jkt_malformed'],
    ['a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request code_challenge_malformed'],
    ['a long challenge', { code_challenge: 'a'.repeat(44) }, 'invalid_request code_challenge_malformed'],
    [
      'a challenge of other characters',
      { code_challenge: `${'a'.repeat(42)}=` },
      'invalid_request code_challenge_malformed',
    ],
    ['no response_type', { response_type: undefined }, 'invalid_request response_type_missing'],
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type response_type_unsupported'],
    [
      'a hybrid response',
      { response_type: 'code id_token' },
      'unsupported_response_type response_type_unsupported',
    ],
    [
      'a response in the fragment',
      { response_mode: 'fragment' },
      'invalid_request response_mode_unsupported',
    ],
    ['a response by form', { response_mode: 'form_post' }, 'invalid_request response_mode_unsupported'],
    ['a request object', { request: 'x' }, 'request_not_supported request_not_supported'],
    [
      'a request by reference',
      { request_uri: 'https://x' },
      'request_uri_not_supported request_uri_not_supported',
    ],
    ['a registration', { registration: '{}' }, 'registration_not_supported registration_not_supported'],
    ['a contradictory prompt', { prompt: 'none login' }, 'invalid_request prompt_contradictory'],
    ['an age that is none', { max_age: '-1' }, 'invalid_request max_age_malformed'],
    ['a hint without end', { login_hint: 'x'.repeat(1_025) }, 'invalid_request hint_too_long'],
    ['a state that no answer could hold', { state: 'é'.repeat(1_025) }, 'invalid_request state_too_long'],
    ['a nonce without end', { nonce: 'x'.repeat(1_025) }, 'invalid_request nonce_too_long'],
    ['a malformed scope', { scope: 'a  b' }, 'invalid_scope scope_malformed'],
    ['unknown scopes alone', { scope: 'admin root' }, 'invalid_scope scope_not_available'],
    [
      'an unknown resource',
      { resource: 'https://other.example.com' },
      'invalid_target resource_not_available',
    ],
    [
      'what is no resource',
      { resource: 'https://mcp.example.com/mcp#x' },
      'invalid_target resource_not_available',
    ],
    ['no resource', { resource: undefined }, 'invalid_target resource_missing'],
  ])('%s', (_what, changes, refusal) => {
    expect(refused(changes)).toBe(refusal);
  });

  it('a repeated parameter, and no state where it is the state that came twice', () => {
    const twice = reading({}, { more: '&scope=tools:write' });
    expect(twice).toMatchObject({
      refusal: { tell: 'client', back: { redirectUri: callback, state: 'xyz' } },
    });
    const states = reading({}, { more: '&state=abc' });
    expect(states).toMatchObject({ refusal: { tell: 'client', refusal: { error: 'invalid_request' } } });
    expect(states).not.toHaveProperty('refusal.back.state');
  });

  it('two different resources, and not the same one twice', () => {
    expect(refused({}, { more: '&resource=https://other.example.com' })).toBe(
      'invalid_target several_resources',
    );
    expect(refused({}, { more: '&resource=https://MCP.example.com:443/mcp/' })).toBe('taken');
  });

  it('a disabled resource, or one that is only for clients somebody declared', () => {
    const selfRegistered = aPersonalClient({ managedBy: { kind: 'self' } });
    const document = aPersonalClient({ managedBy: { kind: 'document', curated: true } });
    const refusal = 'invalid_target resource_not_available';
    expect(refused({}, knowing({ resource: aResource({ state: 'disabled' }) }))).toBe(refusal);
    for (const client of [selfRegistered, document]) {
      expect(refused({}, knowing({ client }))).toBe('taken');
      expect(refused({}, knowing({ client, resource: aResource({ clients: 'declared' }) }))).toBe(refusal);
      expect(refused({}, knowing({ client, resource: aResource({ kind: 'agent' }) }))).toBe(refusal);
    }
    expect(refused({}, knowing({ resource: aResource({ clients: 'declared' }) }))).toBe('taken');
  });
});

describe('what a client asks for', () => {
  it('is what it names among what the resource defines, and is what reaches the person', () => {
    const { access } = asked({ scope: 'tools:write openid admin tools:read offline_access address' });
    expect(access).toEqual({
      resource: 'https://mcp.example.com/mcp',
      scope: scopes('openid', 'offline_access', 'tools:write', 'tools:read'),
      offline: true,
    });
  });

  it.each([undefined, '', 'openid email'])(
    'is everything where it names nothing of the resource: %s',
    (scope) => {
      const { access } = asked({ scope });
      expect(access.scope.filter((name) => name.startsWith('tools:'))).toEqual(
        scopes('tools:read', 'tools:write'),
      );
    },
  );

  it('is no work while the person is away for whom refreshing is not registered', () => {
    const client = aPersonalClient({ grantTypes: ['authorization_code'] });
    expect(asked({ scope: 'tools:read offline_access' }, knowing({ client })).access).toEqual({
      resource: 'https://mcp.example.com/mcp',
      scope: scopes('tools:read'),
      offline: false,
    });
  });

  it('is about the person alone with OpenID scopes and no resource', () => {
    const { access, resource } = asked({ resource: undefined, scope: 'openid email' });
    expect(access).toEqual({ scope: scopes('openid', 'email'), offline: true });
    expect(resource).toBeUndefined();
    expect(refused({ resource: undefined, scope: 'email' })).toBe('invalid_target resource_missing');
  });

  it('is unknown to the registry where parameters are unknown to us', () => {
    expect(refused({ audience: 'x', claims: '{}', prompt: 'create', display: 'touch' })).toBe('taken');
  });

  it('keeps the state as it came, 2 kB of it and whatever it is made of', () => {
    const state = `vscode://x?y=${'ä /&=%+'.repeat(250)}`;
    expect(asked({ state }).state).toBe(state);
    expect(asked({ state: undefined })).not.toHaveProperty('state');
  });

  it('says how the person is to be asked', () => {
    const wishes = { prompt: 'login consent', max_age: '0', acr_values: 'mfa', login_hint: 'a@example.com' };
    expect(asked(wishes)).toMatchObject({
      prompt: new Set(['login', 'consent']),
      ...{ maxAge: 0, acrValues: 'mfa', loginHint: 'a@example.com' },
    });
  });
});

describe('what a client of an agent asks for', () => {
  const other = uri('https://other.example.com/mcp');
  const client = aPersonalClient({ agentId: 'planner' as AgentId });
  const known: RegistryView = { client, agent: anAgent(), resource: aResource() };

  it('is what the catalogue of the agent has, and by default what it requires', () => {
    expect(asked({ scope: undefined }, { known }).access.scope).toEqual(scopes('tools:read'));
    expect(asked({ scope: 'tools:write' }, { known }).access.scope).toEqual(scopes('tools:write'));
    const optional = [{ resource: aResource().uri, required: [], optional: scopes('tools:write', 'gone') }];
    const agent = anAgent({ catalogue: optional });
    expect(asked({ scope: undefined }, { known: { ...known, agent } }).access.scope).toEqual(
      scopes('tools:write'),
    );
    expect(refused({ scope: 'gone' }, { known: { ...known, agent } })).toBe(
      'invalid_scope scope_not_available',
    );
  });

  it('is of its only resource where it names none', () => {
    expect(asked({ resource: undefined }, { known }).access.resource).toBe(aResource().uri);
    const catalogue = [...anAgent().catalogue, { resource: other, required: [], optional: [] }];
    expect(refused({ resource: undefined }, { known: { ...known, agent: anAgent({ catalogue }) } })).toBe(
      'invalid_target resource_missing',
    );
  });

  it('is nothing of a third party, which people do not let it use in this way', () => {
    const resource = aResource({ kind: 'egress' });
    expect(refused({}, { known: { ...known, resource } })).toBe('invalid_target third_party');
    expect(refused({}, knowing({ resource }))).toBe('invalid_target third_party');
  });

  it('is nothing beyond the catalogue, nor anything of a disabled agent', () => {
    const resource = aResource({ uri: other });
    expect(refused({ resource: other }, { known: { ...known, resource } })).toBe(
      'invalid_target resource_not_available',
    );
    const disabled = { ...known, agent: anAgent({ state: 'disabled' }) };
    expect(refused({}, { known: disabled })).toBe('unauthorized_client agent_disabled');
    expect(refused({}, { known: { client, resource: aResource() } })).toBe(
      'unauthorized_client agent_disabled',
    );
  });
});
