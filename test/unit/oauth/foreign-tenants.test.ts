import { beforeAll, describe, expect, it } from 'vitest';
import {
  aForeignIssuer,
  aKeyHost,
  anAnchor,
  type ForeignIssuer,
  refusedFor,
  verifierOf,
} from './a-foreign-issuer.ts';
import { now } from './mothers.ts';

let signer: ForeignIssuer;

beforeAll(async () => {
  signer = await aForeignIssuer();
});

describe('tenants of one issuer', () => {
  const tenantA = '11111111-1111-4111-8111-111111111111';
  const tenantB = '22222222-2222-4222-8222-222222222222';
  const shared = 'https://login.microsoftonline.com/organizations/v2.0';
  const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  const issuerOf = (tenant: string) => template.replace('{tenantid}', tenant);
  const anchorOf = (id: string, tenants: readonly string[]) =>
    anAnchor({ ...{ id, tenants }, issuer: shared, profile: 'entra' });

  async function judgeEntra(claims: object, key: object = {}, anchors = [anchorOf('a', [tenantA])]) {
    const token = await signer.token({
      header: { typ: 'JWT' },
      claims: { scope: undefined, scp: 'read', ...claims },
    });
    const published = { ...signer.jwk, issuer: template, ...key };
    const host = aKeyHost(published);
    return verifierOf(host, anchors)(token, ['access_token'], now);
  }

  it('are told apart: a token of one never counts by the anchor of another', async () => {
    const both = [anchorOf('a', [tenantA]), anchorOf('b', [tenantB])];
    for (const [id, tid] of [
      ['a', tenantA],
      ['b', tenantB],
    ] as const) {
      expect(await judgeEntra({ iss: issuerOf(tid), tid }, {}, both)).toMatchObject({
        ok: true,
        value: { anchor: { id } },
      });
    }
    expect(await judgeEntra({ iss: issuerOf(tenantB), tid: tenantB })).toMatchObject(
      refusedFor('tenant_not_trusted'),
    );
  });

  it.each([
    ['a tid that is not that of iss', { iss: issuerOf(tenantB), tid: tenantA }],
    ['no tid', { iss: issuerOf(tenantA) }],
    ['a tid that is no id', { iss: issuerOf('acme'), tid: 'acme' }],
    ['the shared issuer itself', { iss: shared, tid: tenantA }],
    ['the template', { iss: template, tid: tenantA }],
  ])('refuses %s', async (_, claims) => {
    expect(await judgeEntra(claims)).toMatchObject(refusedFor('issuer_not_trusted'));
  });

  it('counts by no key of another tenant, nor by that of personal accounts', async () => {
    const good = { iss: issuerOf(tenantA), tid: tenantA };
    expect(await judgeEntra(good, { issuer: issuerOf(tenantA) })).toMatchObject({ ok: true });
    for (const issuer of [issuerOf(tenantB), issuerOf('9188040d-6c67-4c5b-b112-36a304b66dad'), undefined]) {
      expect(await judgeEntra(good, { issuer })).toMatchObject(refusedFor('key_unknown'));
    }
  });

  it('of Entra have an issuer for version 1.0 too, by its own metadata', async () => {
    const v1 = (tenant: string) => `https://sts.windows.net/${tenant}/`;
    const anchor = anAnchor({ issuer: v1(tenantA), profile: 'entra' });
    const good = { iss: v1(tenantA), tid: tenantA, appid: 'app', appidacr: '1' };
    const key = { issuer: v1('{tenantid}') };
    expect(await judgeEntra(good, key, [anchor])).toMatchObject({ ok: true });
    for (const claims of [{ tid: tenantB }, { iss: v1(tenantB), tid: tenantB }, { iss: issuerOf(tenantA) }]) {
      expect(await judgeEntra({ ...good, ...claims }, key, [anchor])).toMatchObject(
        refusedFor('issuer_not_trusted'),
      );
    }
    expect(await judgeEntra(good, { issuer: v1(tenantB) }, [anchor])).toMatchObject(
      refusedFor('key_unknown'),
    );
  });

  it('are told by the claim that the config names, elsewhere', async () => {
    const verify = verifierOf(aKeyHost(signer.jwk), [anAnchor({ tenantClaim: 'org', tenants: ['acme'] })]);
    const judge = async (org: unknown) =>
      verify(await signer.token({ claims: { org } }), ['access_token'], now);
    expect(await judge('acme')).toMatchObject({ ok: true });
    for (const org of ['evil', undefined, ['acme']]) {
      expect(await judge(org)).toMatchObject(refusedFor('tenant_not_trusted'));
    }
  });
});
