import { describe, expect, it } from 'vitest';
import { askedRepositories } from '../../../../lambdas/oauth/egress/asked-details.ts';
import { providerTokenType } from '../../../../lambdas/oauth/exchange/token-types.ts';
import { toWire } from '../../../../lambdas/oauth/refusal.ts';
import { instant } from '../../../../lambdas/runtime/clock.ts';
import type { AgentId } from '../../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../../spec/verifies.ts';
import { issuer, now, scopes } from '../mothers.ts';
import {
  aProvider,
  aVaultIssuer,
  connection,
  github,
  ofService,
  onBehalf,
  type VaultIssuer,
} from './a-vault-issuer.ts';

const asking = onBehalf({ scope: 'issues.read', requestedType: providerTokenType });
const offered = { agent: 'planner' as AgentId, name: 'Planner', scopes: scopes('issues.read') };
const provider = aProvider({ agents: [{ ...offered, providerTokens: true }] });
const token = { accessToken: 'ghu_narrow', expiresAt: instant(now + 3_600), scopes: scopes('issues.read') };
const narrowed = { kind: 'token', token } as const;

async function refusalOf({ requestToken }: VaultIssuer) {
  const outcome = await requestToken(asking, now);
  return outcome.ok ? 'granted' : toWire(outcome.refusal);
}

describe('a token of the third party itself', () => {
  verifies(
    'rfc8693:3:provider-token',
    'is of less than what is kept, and given where the config lets the agent have it',
    async () => {
      const vault = aVaultIssuer({ provider, narrowed });
      const outcome = await vault.requestToken(asking, now);
      expect(outcome).toMatchObject({
        ok: true,
        value: { accessToken: 'ghu_narrow', issuedTokenType: providerTokenType, expiresAt: now + 300 },
      });
      expect(vault.asked.map(([what]) => what)).toEqual(['standing', 'narrow']);
      expect(vault.asked[1]?.slice(1)).toEqual([
        { provider: 'github', holder: { kind: 'person', person: 'person.alice', idp: 'entra' } },
        { connection, scopes: scopes('issues.read'), resources: [] },
      ]);
      expect(vault.audited).toEqual([
        {
          ...{ event: 'provider_token_given', requestId: 'request-1', sourceAddress: '192.0.2.1' },
          ...{ grantType: 'urn:ietf:params:oauth:grant-type:token-exchange', clientId: 'planner-client' },
          ...{ agentId: 'planner', personId: 'person.alice', grantId: 'granted', resource: github },
          ...{ subject: { kind: 'person', id: 'person.alice' }, via: ['planner'], parentJti: 'first' },
          ...{ scope: 'issues.read', provider: 'github', connection, holder: 'person', expiresAt: now + 300 },
        },
      ]);
      expect(JSON.stringify(vault.audited)).not.toContain('ghu_narrow');
    },
  );

  it('is told to end where it ends, if that is sooner', async () => {
    const soon = { kind: 'token', token: { ...token, expiresAt: instant(now + 60) } } as const;
    const outcome = await aVaultIssuer({ provider, narrowed: soon }).requestToken(asking, now);
    expect(outcome).toMatchObject({ ok: true, value: { expiresAt: now + 60 } });
  });

  it.each([
    ['where the config lets the agent have none', { provider: aProvider(), narrowed }, 'through the proxy'],
    [
      'to a client whose tokens are of a key',
      { provider, narrowed, client: { dpopBound: true } },
      'bound to a key of its own',
    ],
    ['where the third party makes none of less', { provider }, 'makes no token of less'],
    ['where it refuses', { provider, narrowed: { kind: 'refused' } as const }, 'gives no token of that'],
  ])('is not given %s', async (_when, input, words) => {
    expect(await refusalOf(aVaultIssuer(input))).toMatchObject({
      status: 400,
      description: expect.stringContaining(words) as unknown,
    });
  });

  it('is not asked for before policy lets the agent have it', async () => {
    const vault = aVaultIssuer({ narrowed });
    expect(await refusalOf(vault)).toMatchObject({ error: 'invalid_target' });
    expect(vault.asked).toEqual([]);
  });

  it.each(['interaction_required', 'gone'] as const)(
    'sends the person to connect again: %s',
    async (kind) => {
      expect(await refusalOf(aVaultIssuer({ provider, narrowed: { kind } }))).toMatchObject({
        error: 'interaction_required',
        members: { interaction_uri: `${issuer}/connect/github?agent=planner&scope=issues.read` },
      });
    },
  );

  it("sends nobody anywhere for the deployment's own account", async () => {
    const vault = aVaultIssuer({
      provider: { ...provider, credential: ofService },
      narrowed: { kind: 'interaction_required' },
    });
    expect(await refusalOf(vault)).toMatchObject({ error: 'invalid_target', members: {} });
  });

  const type = 'vestibule_egress';
  const of = (details: unknown) =>
    onBehalf({ scope: 'issues.read', requestedType: providerTokenType, details });

  verifies(['rfc9396:5:narrowing-details'], 'is for the repositories that are asked for', async () => {
    const vault = aVaultIssuer({ provider, narrowed });
    const outcome = await vault.requestToken(of([{ type, repositories: ['hello', 'a.b-c_d'] }]), now);
    expect(outcome).toMatchObject({ ok: true });
    expect(vault.asked[1]?.[2]).toMatchObject({ resources: ['hello', 'a.b-c_d'] });
  });

  it.each<[string, unknown]>([
    ['of none', []],
    [
      'of two',
      [
        { type, repositories: ['a'] },
        { type, repositories: ['b'] },
      ],
    ],
    ['of another type', [{ type: 'payment', repositories: ['a'] }]],
    ['with a member that nobody knows', [{ type, repositories: ['a'], actions: ['read'] }]],
    ['of no repository', [{ type, repositories: [] }]],
    ['of a path', [{ type, repositories: ['octo/hello'] }]],
    ['that are no list', { type, repositories: ['a'] }],
  ])('is not asked for by details %s', async (_what, details) => {
    const vault = aVaultIssuer({ provider, narrowed });
    const outcome = await vault.requestToken(of(details), now);
    expect(!outcome.ok && toWire(outcome.refusal)).toMatchObject({ error: 'invalid_authorization_details' });
    expect(vault.asked).toEqual([]);
  });

  it('is not asked for by what is no JSON', () => {
    expect(askedRepositories('{')).toMatchObject({ ok: false });
  });

  it('alone is narrowed by details: whoever asks for another token by them is told so', async () => {
    const vault = aVaultIssuer({ provider, narrowed });
    const outcome = await vault.requestToken(onBehalf({ details: [{ type, repositories: ['a'] }] }), now);
    expect(!outcome.ok && toWire(outcome.refusal)).toMatchObject({ error: 'invalid_request' });
  });

  it('is of third parties alone', async () => {
    expect(await refusalOf(aVaultIssuer({ provider, resource: { kind: 'mcp-server' } }))).toMatchObject({
      error: 'invalid_request',
    });
  });
});
