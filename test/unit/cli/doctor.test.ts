import { describe, expect, it } from 'vitest';
import type { AdminClient } from '../../../bin/cli/admin-client.ts';
import { doctorCommand } from '../../../bin/cli/doctor/doctor.ts';
import { UsageError } from '../../../bin/cli/failure.ts';
import { verifies } from '../../spec/verifies.ts';

const at = Math.floor(Date.now() / 1_000);
const tenant = '11111111-2222-3333-4444-555555555555';

type Members = Readonly<Record<string, unknown>>;

const generic = {
  ...{ id: 'company', profile: 'generic', issuer: 'https://idp.example.com', client_id: 'vestibule' },
  ...{ scopes: ['openid', 'profile', 'email'], subject_claim: 'sub', groups_claim: 'groups' },
  roles: [{ name: 'staff', groups: ['staff'], scopes: [] }],
};
const entra = {
  ...generic,
  ...{ profile: 'entra', issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, subject_claim: 'oid' },
};
const okta = { ...generic, profile: 'okta', issuer: 'https://company.okta.com/oauth2/default' };
const cognito = { ...generic, profile: 'cognito', groups_claim: 'cognito:groups' };
const auth0 = { ...generic, profile: 'auth0', issuer: 'https://company.auth0.com/' };

const person = {
  ...{ sub: 'canary-of-the-person', name: 'Canary Person', email: 'canary@example.com', groups: ['staff'] },
  ...{ aud: 'vestibule', iat: at, exp: at + 300 },
};

function token(claims: Members, header: Members = {}): string {
  const part = (members: Members): string => Buffer.from(JSON.stringify(members)).toString('base64url');
  return `${part({ alg: 'RS256', kid: 'k', ...header })}.${part(claims)}.c2lnbmF0dXJlLWNhbmFyeQ`;
}

/** What the command says of a token at a provider, and what the admin API was asked meanwhile. */
async function judge(idp: Members, pasted: string) {
  const asked: unknown[] = [];
  const progress: string[] = [];
  const admin: AdminClient = {
    send: (...request) => {
      asked.push(request);
      return Promise.resolve(idp);
    },
    listAll: () => Promise.resolve([idp]),
  };
  const said = await doctorCommand.run({
    ...{ kind: 'idp', operands: ['company'], values: { token: '-' }, admin: () => admin },
    surroundings: {
      ...{
        environment: {},
        directory: '.',
        out: () => undefined,
        input: () => Promise.resolve(`${pasted}\n`),
      },
      err: (text) => progress.push(text),
    },
  });
  const { checks } = said.json as {
    readonly checks: readonly {
      readonly findings: readonly { readonly code: string; readonly fix: string }[];
    }[];
  };
  const findings = checks.flatMap((check) => check.findings);
  return {
    text: `${said.text}\n${JSON.stringify(said.json)}\n${progress.join('\n')}`,
    failed: said.failed === true,
    asked,
    findings,
  };
}

describe('a pasted token', () => {
  const wrong: readonly (readonly [code: string, fix: RegExp, idp: Members, token: string])[] = [
    ['token_opaque', /id_token/, generic, 'v^1.opaque-canary'],
    ['token_opaque', /audience=/, auth0, 'opaque-canary'],
    ['token_encrypted', /encryption/, generic, 'a.b.c.d.e'],
    ['token_for_graph', /api:\/\//, entra, token({ ...person, aud: 'any' }, { nonce: 'n' })],
    [
      'token_for_graph',
      /Expose an API/,
      entra,
      token({ ...person, aud: '00000003-0000-0000-c000-000000000000' }),
    ],
    [
      'token_version_1',
      /Manifest/,
      entra,
      token({ ...person, oid: 'o', tid: tenant, iss: `https://sts.windows.net/${tenant}/` }),
    ],
    [
      'tenant_not_allowed',
      /tenants/,
      entra,
      token({ ...person, oid: 'o', tid: 'other', iss: 'https://login.microsoftonline.com/other/v2.0' }),
    ],
    [
      'okta_org_server',
      /custom authorization server/,
      okta,
      token({ ...person, iss: 'https://company.okta.com', cid: 'c', scp: [] }),
    ],
    [
      'okta_other_server',
      /https:\/\/company\.okta\.com'/,
      okta,
      token({ ...person, iss: 'https://company.okta.com' }),
    ],
    [
      'token_use',
      /token_use is "id"/,
      cognito,
      token({ ...person, iss: generic.issuer, token_use: 'access' }),
    ],
    ['token_of_app', /authorization code/, entra, token({ ...person, idtyp: 'app' })],
    [
      'token_is_access_token',
      /openid/,
      generic,
      token({ ...person, iss: generic.issuer }, { typ: 'at+jwt' }),
    ],
    ['issuer_trailing_slash', /auth0\.com'/, auth0, token({ ...person, iss: 'https://company.auth0.com' })],
    ['issuer_mismatch', /issuer: /, generic, token({ ...person, iss: 'https://other.example.com' })],
    ['issuer_missing', /OpenID/, generic, token(person)],
    ['audience_mismatch', /clientId/, generic, token({ ...person, iss: generic.issuer, aud: 'other' })],
    ['algorithm_unsupported', /RS256/, generic, token({ ...person, iss: generic.issuer }, { alg: 'HS256' })],
    ['clock_skew', /NTP/, generic, token({ ...person, iss: generic.issuer, iat: at + 600, exp: at + 900 })],
    ['claim_missing', /scope profile/, entra, token({ ...person, tid: tenant, iss: entra.issuer })],
    ['claim_missing', /name, email/, generic, token({ ...person, iss: generic.issuer, sub: undefined })],
    [
      'tenant_not_allowed',
      /tenants/,
      { ...generic, tenant_claim: 'org', tenants: ['ours'] },
      token({ ...person, iss: generic.issuer, org: 'theirs' }),
    ],
  ];

  verifies(
    'vestibule:doctor-token',
    'that cannot sign anybody in is told apart, with the setting to change',
    async () => {
      for (const [code, fix, idp, pasted] of wrong) {
        const { failed, findings } = await judge(idp, pasted);
        expect([code, failed, findings.map((finding) => finding.code)]).toEqual([
          code,
          true,
          expect.arrayContaining([code]),
        ]);
        expect(findings.find((finding) => finding.code === code)?.fix).toMatch(fix);
      }
    },
  );

  verifies('vestibule:doctor-token', 'that signs somebody in with less is worth a look', async () => {
    const fine = { ...person, iss: generic.issuer };
    const ofEntra = { ...person, oid: 'o', tid: tenant, iss: entra.issuer };
    const overage = { _claim_names: { groups: 'src1' }, groups: undefined };
    const less: readonly (readonly [string, RegExp, Members, string])[] = [
      ['token_expired', /fresh/, generic, token({ ...fine, exp: at - 600 })],
      ['groups_missing', /put into id_tokens/, generic, token({ ...fine, groups: undefined })],
      ['groups_missing', /Add groups claim/, entra, token({ ...ofEntra, groups: undefined })],
      ['groups_overage', /User\.Read/, entra, token({ ...ofEntra, ...overage })],
      ['groups_without_role', /staff/, generic, token({ ...fine, groups: ['others'] })],
      ['groups_without_role', /object ids/, entra, token({ ...ofEntra, groups: [tenant] })],
      ['thin_id_token', /Claims/, { ...okta }, token({ ...person, iss: okta.issuer, name: undefined })],
    ];
    for (const [code, fix, idp, pasted] of less) {
      const { failed, findings } = await judge(idp, pasted);
      expect([code, failed, findings.map((finding) => finding.code)]).toEqual([code, false, [code]]);
      expect(findings[0]?.fix).toMatch(fix);
    }
    expect(await judge(generic, `Bearer ${token(fine)}`)).toMatchObject({ failed: false, findings: [] });
  });

  verifies(
    'vestibule:doctor-token',
    'stays here: neither it nor what it says of a person is sent or printed',
    async () => {
      for (const [, , idp, pasted] of wrong) {
        const { text, asked } = await judge(idp, pasted);
        expect(asked).toEqual([['GET', 'idps/company']]);
        for (const part of pasted.split('.').filter((one) => one.length > 3))
          expect(text).not.toContain(part);
        expect(text.replaceAll(/https?:\S+/g, '')).not.toMatch(/canary/i);
      }
    },
  );

  it('is never taken from the command line, which the shell remembers', async () => {
    const run = doctorCommand.run({
      ...{ kind: 'idp', operands: ['company'], values: { token: 'a.b.c' } },
      admin: () => {
        throw new Error('nobody is asked');
      },
      surroundings: {
        ...{ environment: {}, directory: '.', out: () => undefined, err: () => undefined },
        input: () => Promise.resolve(''),
      },
    });
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.not.toThrow('a.b.c');
  });
});
