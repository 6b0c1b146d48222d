import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { tokenHttpEndpoint } from '../../../../lambdas/http/token-endpoint.ts';
import { toWire } from '../../../../lambdas/oauth/refusal.ts';
import type { TokenRequest } from '../../../../lambdas/oauth/token-request.ts';
import type { ConnectionStanding } from '../../../../lambdas/ports/connecting.ts';
import { instant } from '../../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../../lambdas/runtime/dependency.ts';
import { verifies } from '../../../spec/verifies.ts';
import { aForm } from '../../http/requests.ts';
import { issuer, now, scopes, theSecret } from '../mothers.ts';
import {
  alice,
  aProvider,
  asItself,
  aVaultIssuer,
  connected,
  connection,
  github,
  ofService,
  onBehalf,
  reading,
  triage,
  type VaultIssuer,
  writing,
} from './a-vault-issuer.ts';

const ofAlice = { kind: 'person', person: 'person.alice', idp: 'entra' };
const detail = { type: 'vestibule_egress', provider: 'github', connection };

async function tokenOf(vault: VaultIssuer, request: TokenRequest) {
  const outcome = await vault.requestToken(request, now);
  return outcome.ok ? decodeJwt(outcome.value.accessToken) : outcome.refusal;
}

async function refusalOf(vault: VaultIssuer, request: TokenRequest) {
  const outcome = await vault.requestToken(request, now);
  return outcome.ok ? 'granted' : toWire(outcome.refusal);
}

describe('an agent that gets a token for a third party', () => {
  verifies(
    'vestibule:egress-token',
    'in the name of a person uses the account of that person, as far as its scopes reach',
    async () => {
      const vault = aVaultIssuer();
      expect(await tokenOf(vault, onBehalf())).toMatchObject({
        ...{ sub: 'person.alice', aud: github, agent_id: 'planner', act: { sub: 'planner' } },
        ...{ scope: 'issues.read issues.write', iat: now, exp: now + 300, grant_id: 'granted' },
        authorization_details: [
          { ...detail, holder: 'person', idp: 'entra', rules: [...reading, ...writing] },
        ],
      });
      expect(vault.asked).toEqual([
        [
          'standing',
          { provider: 'github', holder: ofAlice },
          { agent: 'planner', scopes: scopes('issues.read', 'issues.write') },
        ],
      ]);
    },
  );

  it('gets the rules of the scopes that it asks for, and of no other', async () => {
    const vault = aVaultIssuer({ standing: { ...connected, scopes: scopes('issues.read') } });
    const token = await tokenOf(vault, onBehalf({ scope: 'issues.read' }));
    expect(token).toMatchObject({
      scope: 'issues.read',
      authorization_details: [{ ...detail, rules: reading }],
    });
    expect(vault.asked[0]?.[2]).toEqual({ agent: 'planner', scopes: scopes('issues.read') });
  });

  it('gets what the account lets it do where it names nothing', async () => {
    const vault = aVaultIssuer({ standing: { ...connected, scopes: scopes('issues.write') } });
    expect(await tokenOf(vault, onBehalf())).toMatchObject({
      scope: 'issues.write',
      authorization_details: [{ rules: writing }],
    });
  });

  it('has it for no longer than the token that it was sent', async () => {
    const vault = aVaultIssuer({ subject: alice({ expiresAt: instant(now + 120) }) });
    expect(await tokenOf(vault, onBehalf())).toMatchObject({ exp: now + 120 });
  });

  it('uses for itself the account of its group', async () => {
    const vault = aVaultIssuer({ provider: aProvider({ groups: [triage] }) });
    const token = await tokenOf(vault, asItself({ scope: 'issues.read issues.write' }));
    expect(token).toMatchObject({
      sub: 'planner-client',
      authorization_details: [{ ...detail, holder: 'group', group: 'triage' }],
    });
    expect(token).not.toHaveProperty('authorization_details.0.idp');
    expect(vault.asked[0]?.[1]).toEqual({ provider: 'github', holder: { kind: 'group', group: 'triage' } });
  });

  it.each([
    ['for itself', asItself, 'planner-client'],
    ['for a person', onBehalf, 'person.alice'],
  ])("uses the deployment's own account %s, where nobody connects one", async (_whom, asking, sub) => {
    const vault = aVaultIssuer({ provider: aProvider({ credential: ofService }) });
    const token = await tokenOf(vault, asking());
    expect(token).toMatchObject({ sub, authorization_details: [{ ...detail, holder: 'service' }] });
    expect(vault.asked[0]?.[1]).toEqual({ provider: 'github', holder: { kind: 'service' } });
  });

  verifies('rfc9396:7:told-details', 'is told in the answer what the token allows', async () => {
    const endpoint = tokenHttpEndpoint(
      aVaultIssuer({ provider: aProvider({ groups: [triage] }) }).requestToken,
      () => now,
    );
    const form = aForm(`grant_type=client_credentials&resource=${encodeURIComponent(github)}`);
    const authorization = `Basic ${Buffer.from(`planner-client:${theSecret}`).toString('base64')}`;
    const { status, body } = await endpoint({ ...form, headers: { ...form.headers, authorization } });
    const answer = JSON.parse(body) as { access_token: string };
    expect({ status, answer }).toMatchObject({
      status: 200,
      answer: {
        ...{ token_type: 'Bearer', expires_in: 300, scope: 'issues.read' },
        authorization_details: [{ ...detail, holder: 'group', group: 'triage', rules: reading }],
      },
    });
    expect(answer).toHaveProperty(
      'authorization_details',
      decodeJwt(answer.access_token)['authorization_details'],
    );
  });
});

describe('an agent without an account that lets it', () => {
  const page = `${issuer}/connect/github?agent=planner&scope=issues.read+issues.write`;
  const why = (kind: Extract<ConnectionStanding, { why: unknown }>['why']): ConnectionStanding => ({
    ...{ kind: 'interaction_required', why: kind },
  });

  verifies('vestibule:egress-interaction', 'is told where the person lets it, and what for', async () => {
    const vault = aVaultIssuer({ standing: why('not_connected') });
    expect(await refusalOf(vault, onBehalf())).toEqual({
      ...{ status: 400, error: 'interaction_required', members: { interaction_uri: page } },
      description:
        'no account at the third party is connected: send the person to interaction_uri, and ask again',
    });
    expect(vault.audited).toMatchObject([
      { event: 'token_refused', reason: 'egress_refused', detail: 'not_connected', resource: github },
    ]);
  });

  it.each([
    ['agent_not_let', 'the agent is not let use the account'],
    ['scopes_not_let', 'the agent is not let do all of that'],
    ['connect_again', 'has to be connected again'],
    ['disconnecting', 'is being disconnected'],
  ] as const)('is told so where the reason is %s', async (kind, words) => {
    expect(await refusalOf(aVaultIssuer({ standing: why(kind) }), onBehalf())).toMatchObject({
      ...{ error: 'interaction_required', members: { interaction_uri: page } },
      description: expect.stringContaining(words) as unknown,
    });
  });

  it('is not let do part of what it names', async () => {
    const vault = aVaultIssuer({ standing: { ...connected, scopes: scopes('issues.read') } });
    expect(await refusalOf(vault, onBehalf({ scope: 'issues.read issues.write' }))).toMatchObject({
      ...{ error: 'interaction_required', members: { interaction_uri: page } },
      description: expect.stringContaining('not let do all of that') as unknown,
    });
  });

  it('is sent to the page of its group', async () => {
    const vault = aVaultIssuer({
      provider: aProvider({ groups: [triage] }),
      standing: why('not_connected'),
    });
    expect(await refusalOf(vault, asItself())).toMatchObject({
      members: { interaction_uri: `${issuer}/connect/github?agent=planner&scope=issues.read&group=triage` },
    });
  });

  it('is sent nowhere where the account is that of the deployment', async () => {
    const vault = aVaultIssuer({
      provider: aProvider({ credential: ofService }),
      standing: why('connect_again'),
    });
    expect(await refusalOf(vault, asItself())).toMatchObject({ error: 'invalid_target', members: {} });
  });

  it('is told to wait while nobody can tell', async () => {
    const down = new DependencyUnavailable('the connections function', { cause: 'down' });
    await expect(aVaultIssuer({ standing: down }).requestToken(onBehalf(), now)).rejects.toBe(down);
  });
});
