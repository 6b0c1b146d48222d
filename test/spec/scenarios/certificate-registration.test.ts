import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClientCertificate } from '../../../lambdas/oauth/mutual-tls/client-certificate.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { driveWith, named, withCertificates } from '../support/certificates.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { type Granting, grantingAt } from '../support/granted.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let plain: Driver;
let thumbprint: string | undefined;
let granting: Readonly<Record<'mine' | 'thief' | 'plain', Granting>>;

beforeAll(async () => {
  deployment = await startDeployment({ config: withCertificates() });
  plain = drive(deployment);
  const [own, other] = ['reporter', 'thief'].map((name) =>
    deployment.run.clientAuthority.issue({ subject: named(['CN', name]) }),
  );
  thumbprint = readClientCertificate(own?.certificate)?.thumbprint;
  granting = {
    mine: grantingAt(deployment, { ...plain, ...(await driveWith(deployment, own)) }),
    thief: grantingAt(deployment, { ...plain, ...(await driveWith(deployment, other)) }),
    plain: grantingAt(deployment, plain),
  };
});
afterAll(async () => {
  for (const each of Object.values(granting)) each.stop();
  await deployment.stop();
});

const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];

const described = { client_name: 'Careful', redirect_uris: ['http://127.0.0.1/callback'] };
const register = (at: Pick<Driver, 'send'>, more: object): Promise<Answer> =>
  at.send('/register', {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ ...described, ...more }),
  });
const wished = {
  ...{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=Reporter' },
  tls_client_certificate_bound_access_tokens: true,
};

describe('a client that registers itself', () => {
  verifies(
    'rfc8705:3.4:client-metadata',
    'is known by its certificate, and gets bound tokens alone',
    async () => {
      const registered = await register(plain, wished);
      expect([registered.status, registered.body]).toEqual([201, expect.objectContaining(wished)]);
      expect(registered.body['client_secret']).toBeUndefined();
      const clientId = String(registered.body['client_id']);
      const granted = await granting.plain.code({ clientId, resource: 'http://localhost:9401/mcp' });
      for (const without of [granting.plain, granting.thief]) {
        expect(told(await without.redeem(granted, clientId))).toEqual([401, 'invalid_client']);
      }
      const { status, body } = await granting.mine.redeem(granted, clientId);
      expect(status).toBe(200);
      expect(decodeJwt(String(body['access_token']))['cnf']).toEqual({ 'x5t#S256': thumbprint });
    },
  );

  it.each([
    [{ tls_client_auth_subject_dn: undefined }, /tls_client_auth needs exactly one of/],
    [{ tls_client_auth_san_dns: 'a.example' }, /tls_client_auth needs exactly one of/],
    [{ tls_client_auth_subject_dn: 'reporter' }, /must be a name as RFC 4514 writes it/],
    [{ tls_client_certificate_bound_access_tokens: 'yes' }, /must be true or false/],
    [{ dpop_bound_access_tokens: true }, /stands beside dpop_bound_access_tokens/],
  ])('is refused with %j', async (changes, words) => {
    const refused = await register(plain, { ...wished, ...changes });
    expect(told(refused)).toEqual([400, 'invalid_client_metadata']);
    expect(refused.body['error_description']).toMatch(words);
  });

  it('is refused where there is no host for certificates', async () => {
    const other = await startDeployment();
    for (const wish of [wished, { tls_client_certificate_bound_access_tokens: true }]) {
      expect(told(await register(drive(other), wish))).toEqual([400, 'invalid_client_metadata']);
    }
    await other.stop();
  });
});
