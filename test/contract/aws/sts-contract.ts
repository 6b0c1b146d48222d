import { GetCallerIdentityCommand, GetWebIdentityTokenCommand, type STSClient } from '@aws-sdk/client-sts';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { expect, it } from 'vitest';

/** What the product relies on in STS. Beside AWS itself, nothing but the stand-in issues identity tokens. */
export function stsContract(target: () => { readonly sts: STSClient }): void {
  const identityToken = async (input: object): Promise<string> => {
    const command = new GetWebIdentityTokenCommand({
      ...{ Audience: ['https://auth.example.com'], SigningAlgorithm: 'ES384' },
      ...input,
    });
    return (await target().sts.send(command)).WebIdentityToken!;
  };

  it('says who calls', async () => {
    const { Arn: arn, Account: account } = await target().sts.send(new GetCallerIdentityCommand({}));
    expect(arn).toMatch(/^arn:aws:(iam|sts)::\d{12}:/);
    expect(account).toMatch(/^\d{12}$/);
  });

  it.each(['ES384', 'RS256'])(
    'states in a JWT signed with %s, for others to verify, who calls',
    async (algorithm) => {
      const token = await identityToken({ SigningAlgorithm: algorithm, DurationSeconds: 60 });
      const { iss = '' } = decodeJwt(token);
      const keys = createRemoteJWKSet(new URL(`${iss}/.well-known/jwks.json`));
      const { payload, protectedHeader } = await jwtVerify(token, keys, { algorithms: [algorithm] });
      expect(protectedHeader).toMatchObject({
        alg: algorithm,
        typ: 'JWT',
        kid: expect.any(String) as string,
      });
      expect(payload).toMatchObject({ aud: 'https://auth.example.com', jti: expect.any(String) as string });
      expect(payload.exp! - payload.iat!).toBe(60);
      const said = payload['https://sts.amazonaws.com/'] as Readonly<Record<string, unknown>>;
      expect(payload.sub).toContain(String(said['aws_account']));
      expect(said).not.toHaveProperty('request_tags');
    },
  );

  it('publishes where the keys are, at the issuer', async () => {
    const { iss = '' } = decodeJwt(await identityToken({}));
    const answer = await fetch(`${iss}/.well-known/openid-configuration`);
    expect(await answer.json()).toMatchObject({ issuer: iss, jwks_uri: `${iss}/.well-known/jwks.json` });
  });

  it('keeps what the caller asks for apart from what AWS says', async () => {
    const Tags = [
      { Key: 'team', Value: 'a & b' },
      { Key: 'stage', Value: '' },
    ];
    const { 'https://sts.amazonaws.com/': said } = decodeJwt(await identityToken({ Tags }));
    expect(said).toMatchObject({ request_tags: { team: 'a & b', stage: '' } });
  });

  it.each([
    ['no audience', { Audience: [] }],
    ['an algorithm that it does not know', { SigningAlgorithm: 'ES256' }],
    ['a life of less than a minute', { DurationSeconds: 59 }],
    ['a life of more than an hour', { DurationSeconds: 3_601 }],
  ])('refuses %s', async (_what, input) => {
    await expect(identityToken(input)).rejects.toThrow(expect.objectContaining({ name: 'ValidationError' }));
  });
}
