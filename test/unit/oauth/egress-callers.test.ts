import { describe, expect, it } from 'vitest';
import {
  judgeCaller,
  type JudgeCallerPorts,
  type PresentedCall,
} from '../../../lambdas/oauth/egress-calls/judge-caller.ts';
import type { Resource } from '../../../lambdas/ports/registry.ts';
import type { HeldToken, TokenNames } from '../../../lambdas/ports/token-standing.ts';
import type { Audience, EgressProviderId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../spec/verifies.ts';
import { newDpopKey } from '../../support/dpop-key.ts';
import { aToken } from './a-token-judge.ts';
import { emptyBuckets, fullBuckets, limitsOver } from './limits.ts';
import { aClient, aKeyRing, anAgent, aResource, aSigningKey, issuer, now } from './mothers.ts';

const tracker = `${issuer}/egress/tracker`;
const person = 'person.q3Zk';

const detail = {
  type: 'vestibule_egress',
  provider: 'tracker',
  connection: 'AAAAAAAAAAAAAAAAAAAAAA',
  holder: 'person',
  idp: 'demo',
  rules: [{ methods: ['GET'], path: '/issues' }],
};

const claims = { aud: tracker, sub: person, scope: 'issues:read', authorization_details: [detail] };

function ofTracker(overrides: Partial<Resource> = {}): Resource {
  return aResource({
    ...{ kind: 'egress', uri: tracker as ResourceUri, audience: tracker as Audience },
    ...overrides,
  });
}

interface Given extends Partial<JudgeCallerPorts> {
  readonly resource?: Resource;
  readonly isRevoked?: boolean;
}

function aJudge({ resource = ofTracker(), isRevoked = false, ...ports }: Given = {}) {
  const used = new Set<string>();
  const asked: TokenNames[] = [];
  const holder = ({ clientId, agentId }: HeldToken) => ({
    isRevoked: false,
    ...(clientId === aClient().id && { client: aClient() }),
    ...(agentId === anAgent().id && { agent: anAgent() }),
  });
  const judge = judgeCaller({
    issuer,
    mutualTls: undefined,
    nonces: undefined,
    documentPolicy: undefined,
    keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
    opaque: { find: () => Promise.resolve(undefined) },
    standings: {
      read: (names) => {
        asked.push(names);
        const isThat = names.resource === resource.uri;
        return Promise.resolve({
          ...holder(names),
          ...{ isRevoked, chain: (names.chain ?? []).map(holder) },
          ...(isThat && { resource }),
        });
      },
    },
    limits: limitsOver(fullBuckets),
    proofs: {
      markUsed: ({ jti }) => {
        const isFirst = !used.has(jti);
        used.add(jti);
        return Promise.resolve(isFirst);
      },
    },
    random: () => 'random',
    ...ports,
  });
  return { judge, asked };
}

function aCall(token: string | undefined, overrides: Partial<PresentedCall> = {}): PresentedCall {
  return {
    provider: 'tracker' as EgressProviderId,
    ...{ path: '/issues', method: 'GET', proof: undefined, certificate: undefined },
    presented: token === undefined ? undefined : { scheme: 'bearer', token },
    sourceAddress: '192.0.2.1',
    ...overrides,
  };
}

async function refusalOf(token: string | undefined, given: Given = {}, call: Partial<PresentedCall> = {}) {
  const judged = await aJudge(given).judge(aCall(token, call), now);
  return judged.ok ? 'taken' : judged.refusal.refusal.reason;
}

describe('a token at the proxy to a third party', () => {
  it('says who calls, in whose name, and by which rules', async () => {
    const { judge, asked } = aJudge();
    expect(await judge(aCall(await aToken(claims)), now)).toEqual({
      ok: true,
      value: {
        caller: {
          names: { jti: 'jti-1', clientId: 'planner-client', agentId: 'planner', personId: person },
          detail,
        },
      },
    });
    // Past every cache, the proxy's own resource among it.
    expect(asked).toMatchObject([{ jti: 'jti-1', resource: tracker }]);
  });

  it.each([
    ['none at all', undefined, 'no_token'],
    ['garbage', {}, 'not_an_access_token'],
    ['one that is over', { exp: now }, 'expired'],
    ['one for the proxy to another', { aud: `${issuer}/egress/mail` }, 'other_audience'],
    ['one for a server of ours', { aud: 'https://mcp.example.com/mcp' }, 'other_audience'],
    ['one without rules', { authorization_details: undefined }, 'token_without_rules'],
    ['one with two', { authorization_details: [detail, detail] }, 'not_an_access_token'],
    [
      'rules for another',
      { authorization_details: [{ ...detail, provider: 'mail' }] },
      'token_without_rules',
    ],
    ['an account of a person, and no person', { sub: 'planner-client' }, 'token_without_rules'],
    [
      'a rule of a kind that nobody knows here',
      { authorization_details: [{ ...detail, rules: [{ ...detail.rules[0], hours: '9-17' }] }] },
      'not_an_access_token',
    ],
    ['rules that are none', { authorization_details: [{ ...detail, rules: [] }] }, 'not_an_access_token'],
  ])('is refused: %s', async (what, changed, reason) => {
    const token = what === 'garbage' ? 'garbage' : await aToken({ ...claims, ...changed });
    expect(await refusalOf(changed === undefined ? undefined : token)).toBe(reason);
  });

  it('is refused where it was revoked, and where its third party is disabled', async () => {
    const token = await aToken(claims);
    expect(await refusalOf(token, { isRevoked: true })).toBe('revoked');
    expect(await refusalOf(token, { resource: ofTracker({ state: 'disabled' }) })).toBe(
      'resource_not_active',
    );
  });

  verifies(
    'vestibule:egress-proofs',
    'is taken with a proof of its key for that very call, once',
    async () => {
      const key = await newDpopKey();
      const token = await aToken({ ...claims, cnf: { jkt: key.jkt } });
      const proof = await key.prove({ method: 'GET', url: `${tracker}/issues`, at: now, accessToken: token });
      const { judge } = aJudge();
      const bound = { presented: { scheme: 'dpop', token }, proof } as const;
      expect(await judge(aCall(token, bound), now)).toMatchObject({ ok: true });
      expect(await judge(aCall(token, bound), now)).toMatchObject({
        refusal: { refusal: { reason: 'dpop_proof_replayed' } },
      });
      expect(await refusalOf(token)).toBe('token_binding_not_shown');
      expect(await refusalOf(token, {}, { ...bound, path: '/issues/1' })).toBe('dpop_proof_not_acceptable');
    },
  );

  verifies(
    'vestibule:egress-proofs',
    'is told the nonce for its next proof where proofs need one',
    async () => {
      const key = await newDpopKey();
      const token = await aToken({ ...claims, cnf: { jkt: key.jkt } });
      const nonces = {
        next: () => Promise.resolve('new'),
        accepts: (nonce: string) => Promise.resolve(nonce === 'good'),
      };
      const judged = async (nonce?: string) => {
        const wish = { method: 'GET', url: `${tracker}/issues`, at: now, accessToken: token, nonce };
        const bound = { presented: { scheme: 'dpop', token }, proof: await key.prove(wish) } as const;
        return aJudge({ nonces }).judge(aCall(token, bound), now);
      };
      expect(await judged()).toMatchObject({
        refusal: { refusal: { reason: 'dpop_nonce_missing', nonce: 'new' } },
      });
      expect(await judged('old')).toMatchObject({
        refusal: { refusal: { reason: 'dpop_nonce_not_accepted' } },
      });
      expect(await judged('good')).toMatchObject({ ok: true, value: { nonce: 'new' } });
    },
  );

  it('is taken over a connection with the certificate that it is bound to, and over no other', async () => {
    const certificate = { thumbprint: 'A'.repeat(43), from: now, until: now, isForClients: true } as const;
    const shown = {
      ...certificate,
      names: { subject_dn: [], san_dns: [], san_uri: [], san_ip: [], san_email: [] },
    };
    const token = await aToken({ ...claims, cnf: { 'x5t#S256': shown.thumbprint } });
    expect(await refusalOf(token, {}, { certificate: shown })).toBe('taken');
    for (const other of [undefined, { ...shown, thumbprint: 'B'.repeat(43) }]) {
      expect(await refusalOf(token, {}, { certificate: other })).toBe('token_certificate_not_shown');
    }
  });

  it('counts against its client where it is good, and against the address where it is not', async () => {
    const { judge } = aJudge({ limits: limitsOver(emptyBuckets) });
    const good = await aToken(claims);
    const other = await aToken({ ...claims, client_id: 'gone' });
    expect(await judge(aCall(good), now)).toMatchObject({ ok: true });
    expect(await judge(aCall(good), now)).toMatchObject({ refusal: { refusal: { of: 'client' } } });
    expect(await judge(aCall(other), now)).toMatchObject({
      refusal: { refusal: { reason: 'client_not_active' } },
    });
    expect(await judge(aCall(other), now)).toMatchObject({ refusal: { refusal: { of: 'address' } } });
  });
});
