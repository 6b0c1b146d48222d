import { decodeJwt } from 'jose';
import { afterAll, describe, expect } from 'vitest';
import type { TrustAnchorConfig, VestibuleConfig } from '../../../lib/index.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import { at, type Exchanging, startExchanging } from '../support/exchanging.ts';
import { api, companyIssuer, sharedIssuer } from '../support/foreign-house.ts';
import { type OwnSignatures, ownSignatures } from '../support/own-signatures.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { keysAt, startTrustedIssuer, type TrustedIssuer } from '../support/trusted-issuer.ts';
import { verifies } from '../verifies.ts';

/** Three who vouch for people at the analyst: one with a say at the reports, one without, one whose people have roles. */
function anchorsAt(port: number, partner: string): readonly TrustAnchorConfig[] {
  const common = { accepts: ['access_token'], audiences: [api], actors: ['planner'] } as const;
  const analyst = { resource: 'analyst', scopes: ['ask', 'ask:all'] };
  return [
    {
      ...{ ...common, id: 'strict', issuer: partner },
      grants: [analyst, { resource: 'reports', scopes: ['reports:read'] }],
    },
    { ...common, id: 'open', issuer: sharedIssuer, jwksUri: keysAt(port), grants: [analyst] },
    {
      ...{ ...common, id: 'company', issuer: companyIssuer, jwksUri: keysAt(port), grants: [analyst] },
      subject: { idp: 'demo' },
    },
  ];
}

/** Everybody reads reports, and engineers write them. */
function withRoles({ roles = [], ...config }: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    roles: roles.map((role) => {
      if (role.id === 'everyone') return { ...role, scopes: { ...role.scopes, reports: ['reports:read'] } };
      return role.id === 'engineering'
        ? { ...role, scopes: { ...role.scopes, reports: ['reports:write'] } }
        : role;
    }),
  };
}

interface House extends Exchanging {
  readonly signer: TrustedIssuer;
  readonly partner: string;
  /** What the planner gets at the analyst for a token of that issuer. */
  readonly first: (iss: string, claims?: object) => Promise<string>;
}

async function startHouse(): Promise<House> {
  const port = await freePortBlock();
  const partner = `http://localhost:${port}`;
  const house = await startExchanging((config) =>
    withRoles({ ...config, trustAnchors: anchorsAt(port, partner) }),
  );
  const signer = await startTrustedIssuer({
    ...{ port, issuer: partner, now: () => house.run.clock.now() / 1_000 },
    claims: { sub: 'p-1', aud: api, client_id: 'app' },
  });
  return {
    ...{ ...house, signer, partner },
    first: async (iss, claims = {}) => {
      const token = await signer.token({ claims: { iss, ...claims }, header: { typ: 'at+jwt' } });
      return house.exchanged('planner-client', token, { resource: at.analyst, scope: 'ask ask:all' });
    },
    stop: async () => {
      await signer.stop();
      await house.stop();
    },
  };
}

const house = forThisFile(startHouse);
let signatures: OwnSignatures | undefined;
afterAll(() => signatures?.stop());

const toReports = (token: string, more = {}) =>
  house.exchange('analyst-client', token, { resource: at.reports, ...more });

describe('what came by an anchor, exchanged further', () => {
  verifies(
    'vestibule:vouched-bounds',
    'is bound by the terms of the anchor at a target that they name, and by the rule alone elsewhere',
    async () => {
      const strict = await house.first(house.partner);
      expect((await toReports(strict)).body['scope']).toBe('reports:read');
      expect((await toReports(strict, { scope: 'reports:write' })).body).toMatchObject({
        ...{ error: 'invalid_scope' },
        error_description: 'with the subject_token the client gets: reports:read',
      });
      expect((await toReports(await house.first(sharedIssuer))).body['scope']).toBe(
        'reports:read reports:write',
      );
    },
  );

  verifies('vestibule:vouched-bounds', 'is bound by the roles of its person there', async () => {
    const reader = await house.first(companyIssuer, { sub: 'alice' });
    expect((await toReports(reader)).body['scope']).toBe('reports:read');
    const writer = await house.first(companyIssuer, { sub: 'bob', groups: ['engineering'] });
    expect((await toReports(writer)).body['scope']).toBe('reports:read reports:write');
  });

  verifies('vestibule:vouched-bounds', 'is nobody’s while their identity provider is disabled', async () => {
    const token = await house.first(companyIssuer, { sub: 'alice' });
    await house.client.admin('POST', 'idps/demo/disable');
    house.client.letCachesExpire();
    expect((await toReports(token)).body).toMatchObject({
      error_description: 'the identity provider of the person is disabled here',
    });
    expect((await toReports(await house.first(house.partner))).status).toBe(200);
    await house.client.admin('POST', 'idps/demo/enable');
    house.client.letCachesExpire();
    expect((await toReports(token)).status).toBe(200);
  });

  verifies(
    ['vestibule:vouched-bounds', 'vestibule:chain-audited'],
    'says at every link who vouched for the person',
    async () => {
      const from = house.log.length;
      const first = await house.first(house.partner);
      const second = String((await toReports(first)).body['access_token']);
      expect([decodeJwt(first)['anchor_id'], decodeJwt(second)['anchor_id']]).toEqual(['strict', 'strict']);
      expect((await house.introspect('reports-server', second)).body).toMatchObject({
        ...{ active: true, anchor_id: 'strict' },
      });
      expect(eventsSince(house, from).filter(({ event }) => event === 'token_issued')).toMatchObject([
        { anchor: 'strict', via: ['planner'] },
        { anchor: 'strict', via: ['planner', 'analyst'] },
      ]);
    },
  );

  verifies(
    ['vestibule:vouched-bounds', 'vestibule:chain-forged'],
    'goes no further once its anchor is trusted no more, and none is made up',
    async () => {
      signatures = ownSignatures(house);
      const claims = decodeJwt(await house.first(house.partner));
      for (const anchor of ['gone', undefined]) {
        const token = await signatures.accessToken({ ...claims, anchor_id: anchor });
        expect((await toReports(token)).body).toMatchObject({
          ...{ error: 'invalid_request' },
          error_description: 'the subject_token came by an issuer that is trusted here no more',
        });
      }
      const alices = decodeJwt(await house.alices(at.reports, ['reports:read']));
      const own = async (more: object) =>
        (await house.introspect('reports-server', await signatures!.accessToken({ ...alices, ...more })))
          .body['active'];
      expect([await own({}), await own({ anchor_id: 'open' })]).toEqual([true, false]);
    },
  );
});
