import { describe, expect, it } from 'vitest';
import { checkConfig, InvalidConfig } from '../../../../lib/config/check-config.ts';
import { foreignEnvironment } from '../../../../lib/config/foreign-environment.ts';
import type { VestibuleConfig } from '../../../../lib/index.ts';
import { awsAccount, githubActions, kubernetes, spiffe } from '../../../../lib/index.ts';
import { soundConfig } from './a-config.ts';

const anchor = {
  id: 'partner',
  issuer: 'https://idp.partner.example',
  accepts: ['access_token'],
  audiences: ['https://auth.example.com'],
  actors: ['robot'],
  grants: [{ resource: 'files', scopes: ['read'] }],
} as const;
const forge = githubActions();
const job = { anchor: forge.id, claims: { repository_id: '42' }, agent: 'robot' };

function problemsOf(config: unknown): readonly string[] {
  try {
    checkConfig(config as VestibuleConfig);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message.split('\n');
    throw error;
  }
}

const ofAnchor = (...changes: readonly object[]): readonly string[] =>
  problemsOf({ ...soundConfig, trustAnchors: changes.map((change) => ({ ...anchor, ...change })) });
const ofJob = (change: object, platform: object = forge): readonly string[] =>
  problemsOf({ ...soundConfig, trustAnchors: [platform], workloads: [{ ...job, ...change }] });

describe('a trust anchor', () => {
  it('is taken with every field written', () => {
    expect(
      ofAnchor({
        profile: 'okta',
        jwksUri: 'https://idp.partner.example/keys',
        accepts: ['access_token', 'id_token', 'jwt'],
        tenants: ['acme'],
        requiredClaims: { hd: 'acme.example', groups: ['a', 'b'] },
        assurance: { acr: ['high'], amr: ['mfa'], maxAgeSeconds: 3_600 },
        subject: { claim: 'uid', tenantClaim: 'org' },
        subjectTokenTypes: ['urn:entra:token-type:user-jwt'],
      }),
    ).toEqual([]);
  });

  it.each([
    [{ issuer: 'two words' }, /^trustAnchors\[0\]\.issuer: 'two words' is not an issuer/],
    [
      { issuer: 'spiffe://a.example' },
      /^trustAnchors\[0\]\.jwksUri: is missing, and nothing can be discovered/,
    ],
    [{ issuer: 'http://idp.partner.example' }, /jwksUri: is missing/],
    [{ jwksUri: 'http://idp.partner.example/keys' }, /jwksUri: .* is not https/],
    [{ accepts: [] }, /accepts: accepts nothing/],
    [{ accepts: ['id_token', 'id_token'] }, /names a kind twice/],
    [{ accepts: ['saml'] }, /accepts\[0\]: 'saml' is none of/],
    [{ audiences: undefined }, /audiences: is missing; write what its tokens are made for/],
    [{ grants: [] }, /grants: is missing/],
    [{ actors: [] }, /actors: is missing/],
    [{ actors: ['robto'] }, /actors\[0\]: 'robto' is no agent of this config; did you mean 'robot'/],
    [{ grants: [{ resource: 'flies', scopes: ['read'] }] }, /'flies' is no resource .* did you mean 'files'/],
    [
      { grants: [{ resource: 'files', scopes: ['raed'] }] },
      /scopes\[0\]: 'raed' is no scope of resource 'files'/,
    ],
    [{ tenants: ['acme'] }, /tenants: are told by no claim; write subject\.tenantClaim/],
    [{ issuer: 'https://login.microsoftonline.com/organizations/v2.0' }, /tenants: is missing/],
    [{ requiredClaims: {} }, /names no claim/],
    [{ requiredClaims: { hd: [] } }, /names no value/],
    [{ assurance: {} }, /assurance: demands nothing/],
    [{ assurance: { maxAgeSeconds: 5 } }, /out of range/],
    [{ subject: { idp: 'company' } }, /subject\.idp: 'company' is no identity provider/],
    [{ subject: { kind: 'workload', idp: 'company' } }, /is where people sign in, and these are workloads/],
    [
      { accepts: ['jwt', 'id_token'], subject: { kind: 'workload' } },
      /accepts\[1\]: 'id_token' is of people/,
    ],
    [{ requiredClaims: { 'a.request_tags.b': 'c' } }, /is what the workload itself asks for/],
    [{ subjectTokenTypes: ['jwt'] }, /is not a URI/],
    [{ subjectTokenTypes: ['urn:ietf:params:oauth:token-type:jwt'] }, /is a name of the IETF/],
    [{ reusable: true }, /reusable: is about assertions of workloads/],
    [{ accepts: ['access_token', 'workload'] }, /no entry of workloads names 'partner'/],
  ])('%j is told what is wrong', (change, problem) => {
    expect(ofAnchor(change).join('\n')).toMatch(problem);
  });

  it('is none where the issuer is this deployment itself', () => {
    const issuer = {
      url: 'https://auth.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a',
    };
    for (const own of ['https://auth.example.com', 'https://auth.example.com/']) {
      const trustAnchors = [{ ...anchor, issuer: own }];
      expect(problemsOf({ ...soundConfig, issuer, trustAnchors }).join()).toContain(
        'is this deployment itself',
      );
    }
  });

  it('shares its issuer with another where no tenant is of both, and not otherwise', () => {
    const of = (id: string, tenants?: readonly string[]) => ({
      ...{ id, subject: { tenantClaim: 'org' } },
      ...(tenants && { tenants }),
    });
    expect(ofAnchor(of('a', ['x']), of('b', ['y']))).toEqual([]);
    expect(ofAnchor(of('a', ['x']), of('b', ['y', 'x'])).join()).toContain('is that of trustAnchors[0] too');
    expect(ofAnchor(of('a'), of('b', ['y'])).join()).toContain('is that of trustAnchors[0] too');
    expect(ofAnchor(of('a', ['x']), of('a', ['y'])).join()).toContain("trustAnchors[1].id: 'a' is the id of");
  });

  it('names the people of an identity provider of the same issuer, the same Okta org or tenant of Entra', () => {
    const withIdp = (issuer: string, of: string, more: object = {}, change: object = {}): readonly string[] =>
      problemsOf({
        ...soundConfig,
        identityProviders: [{ id: 'company', issuer: of, clientId: 'ours', ...more }],
        trustAnchors: [{ ...anchor, issuer, subject: { idp: 'company' }, ...change }],
      });
    const okta = 'https://acme.okta.com';
    expect(withIdp(anchor.issuer, anchor.issuer)).toEqual([]);
    expect(withIdp(`${okta}/oauth2/default`, okta)).toEqual([]);
    expect(withIdp('https://evil.okta.com/oauth2/default', okta).join()).toContain(
      'whose people these are not',
    );
    expect(withIdp(anchor.issuer, 'https://other.example').join()).toContain('whose people these are not');
    const [mine, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    const v1 = `https://sts.windows.net/${mine}/`;
    const v2 = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
    const ofEntra = { profile: 'entra' };
    expect(withIdp(v1, v2(mine), {}, ofEntra)).toEqual([]);
    expect(withIdp(v1, v2('organizations'), { tenants: [other, mine] }, ofEntra)).toEqual([]);
    expect(withIdp(v2(mine), v2('organizations'), { tenants: [mine] })).toEqual([]);
    for (const problems of [
      withIdp(v1, v2(other), {}, ofEntra),
      withIdp(v1, v2(mine)),
      withIdp(v1, v2('organizations'), { tenants: [other] }, ofEntra),
      withIdp(`https://evil.example/${mine}/v2.0`, v2(mine), {}, ofEntra),
    ]) {
      expect(problems.join()).toContain('whose people these are not');
    }
  });
});

describe('a workload', () => {
  it('is taken, of every platform that is documented', () => {
    expect(ofJob({ scopes: { files: ['read'] } })).toEqual([]);
    expect(ofJob({ claims: { sub: ['repo:acme/*', 'repo:other/app:environment:prod'] } })).toEqual([]);
    const cluster = kubernetes({ id: 'k', issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/A' });
    expect(ofJob({ anchor: 'k', claims: { sub: 'system:serviceaccount:data:*' } }, cluster)).toEqual([]);
    const mesh = spiffe({ id: 's', issuer: 'spiffe://a.example', jwksUri: 'https://oidc.a.example/keys' });
    expect(ofJob({ anchor: 's', claims: { sub: 'spiffe://a.example/ns/*' } }, mesh)).toEqual([]);
    const account = awsAccount({ id: 'a', issuer: 'https://x.tokens.sts.global.api.aws' });
    const sub = 'arn:aws:iam::123456789012:role/loader';
    expect(
      ofJob({ anchor: 'a', claims: { sub, 'https://sts.amazonaws.com/.org_id': 'o-1' } }, account),
    ).toEqual([]);
  });

  it.each([
    [{ anchor: 'forge' }, /workloads\[0\]\.anchor: 'forge' is no trust anchor of this config/],
    [{ agent: 'robto' }, /agent: 'robto' is no agent/],
    [{ claims: {} }, /names no claim/],
    [{ claims: { sub: '*' } }, /has a '\*' that is not at the end, after/],
    [{ claims: { sub: 'repo:acme*' } }, /has a '\*' that is not at the end, after/],
    [{ claims: { sub: 'repo:*/app' } }, /has a '\*' that is not at the end, after/],
    [{ claims: { sub: 'repo:*' } }, /says of no repository whose it is/],
    [{ claims: { ref: 'refs/heads/main' } }, /says of no repository whose it is/],
    [
      { claims: { 'https://sts.amazonaws.com/.request_tags.a': 'b' } },
      /is what the workload itself asks for/,
    ],
    [{ scopes: { flies: ['read'] } }, /'flies' is no resource of agent 'robot'/],
    [{ scopes: { files: ['write'] } }, /'write' is not what agent 'robot' gets at 'files'/],
  ])('%j is told what is wrong', (change, problem) => {
    expect(ofJob(change).join('\n')).toMatch(problem);
  });

  it('is of an anchor that accepts workloads', () => {
    const change = { anchor: 'partner', claims: { sub: 'x' } };
    expect(ofJob(change, anchor).join()).toContain("'partner' does not accept 'workload'");
  });
});

describe('the environment of the token function', () => {
  it('has room for so many anchors, and synth says so where there are more', () => {
    const workloads = Array.from({ length: 40 }, () => ({
      ...job,
      claims: { sub: `repo:acme/${'x'.repeat(60)}` },
    }));
    const config = { ...soundConfig, trustAnchors: [forge], workloads } as const;
    expect(problemsOf(config)).toEqual([]);
    expect(() => foreignEnvironment(config)).toThrow(/take \d+ bytes .* which has 2048 for them/);
    expect(foreignEnvironment({ ...config, workloads: [job] }).WORKLOADS).toContain('"repository_id":["42"]');
  });
});
