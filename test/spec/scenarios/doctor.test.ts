import { generateKeyPairSync } from 'node:crypto';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { afterAll, describe, expect } from 'vitest';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { playIdp, type PlayedIdp } from '../../support/played-idp.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { mend, playedOfficeForThisFile, strike } from '../support/this-file.ts';
import { type CommandResult, vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
const complete = { code_challenge_methods_supported: ['S256'] };
const said: CommandResult[] = [];

async function doctor(...args: readonly string[]): Promise<CommandResult> {
  const result = await vestibule(office.company, ['idp', 'doctor', ...args]);
  said.push(result);
  return result;
}

interface Report {
  readonly sound: boolean;
  readonly checks: readonly {
    readonly subject: string;
    readonly outcome: string;
    readonly findings: readonly { readonly code: string; readonly severity: string; readonly fix: string }[];
  }[];
}

async function examine(behaviour: Behaviour): Promise<Report & { readonly code: number }> {
  office.idp.play(behaviour);
  const { code, out } = await doctor('demo', '--json');
  return { code, ...(JSON.parse(out) as Report) };
}

async function findings(behaviour: Behaviour) {
  const { checks } = await examine(behaviour);
  return checks.flatMap((check) => check.findings);
}

const discovery = '/.well-known/openid-configuration';
const differing = (metadata: Readonly<Record<string, unknown>>): Behaviour => ({
  metadata: { ...complete, ...metadata },
});
const answering = (path: string, status: number, body: object = {}, headers = {}): Behaviour => ({
  metadata: complete,
  answers: { [path]: { status, body, headers } },
});
const rsa = (bits: number, kid = 'a') => ({
  ...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
  ...{ kid, use: 'sig' },
});

describe('an identity provider in order', () => {
  verifies('vestibule:doctor-good', 'is told to be so, in words and for machines', async () => {
    const { code, sound, checks } = await examine({ metadata: complete });
    expect([code, sound, checks.map(({ outcome }) => outcome)]).toEqual([0, true, Array(5).fill('good')]);
    const { out } = await doctor('demo');
    expect(out.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(5);
    expect(out).toContain('Nothing is wrong.');
    // By its issuer too, with or without a slash.
    expect((await doctor(`${office.idp.issuer}/`)).out).toBe(out);
  });

  verifies('vestibule:doctor-good', 'has nobody signed in, and no code redeemed', async () => {
    const before = office.idp.given.length;
    await doctor('demo');
    const codes = office.idp.requests
      .filter(({ path }) => path === '/token')
      .map(({ parameters }) => parameters['code']);
    expect(office.idp.given.slice(before).filter((value) => codes.includes(value))).toEqual([]);
    expect(office.company.log.filter((line) => line.includes('"sign_in_'))).toEqual([]);
  });
});

describe('what is wrong is named', () => {
  const wrong: readonly (readonly [code: string, fix: RegExp, Behaviour])[] = [
    [
      'issuer_mismatch',
      /issuer: 'https:\/\/other\.example\.com'/,
      differing({ issuer: 'https://other.example.com' }),
    ],
    ['issuer_missing', /OpenID Connect/, differing({ issuer: undefined })],
    ['endpoint_missing', /publish/, differing({ token_endpoint: undefined })],
    ['endpoint_unusable', /https/, differing({ jwks_uri: 'http://idp.example.com/jwks' })],
    ['pkce_s256_missing', /S256/, differing({ code_challenge_methods_supported: ['plain'] })],
    ['code_flow_missing', /authorization_code/, differing({ response_types_supported: ['id_token'] })],
    ['algorithm_unsupported', /RS256/, differing({ id_token_signing_alg_values_supported: ['HS256'] })],
    [
      'client_authentication_unsupported',
      /client_secret_basic/,
      differing({ token_endpoint_auth_methods_supported: ['tls_client_auth'] }),
    ],
    ['not_json', /issuer/, { answers: { [discovery]: { status: 200, body: [] } } }],
    ['document_not_found', /issuer/, answering(discovery, 404)],
    [
      'redirected',
      /redirects to/,
      answering(discovery, 302, {}, { location: 'https://elsewhere.example.com/x' }),
    ],
    ['provider_down', /up again/, answering(discovery, 503)],
    ['document_too_large', /keys/, { huge: [discovery] }],
    ['timed_out', /holds it up/, { mute: [discovery] }],
    ['jwks_empty', /publish/, answering('/jwks', 200, { keys: [] })],
    ['jwks_empty', /publish/, answering('/jwks', 200, {})],
    ['jwks_no_usable_key', /2048/, answering('/jwks', 200, { keys: [rsa(1_024)] })],
    ['jwks_no_usable_key', /RS256/, answering('/jwks', 200, { keys: [{ ...rsa(2_048), use: 'enc' }] })],
    ['jwks_private', /idp disable/, answering('/jwks', 200, { keys: [{ ...rsa(2_048), d: 'AQAB' }] })],
    ['document_too_large', /keys/, { metadata: complete, huge: ['/jwks'] }],
    [
      'redirect_uri_refused',
      /callback\/demo to the letter/,
      answering('/authorize', 400, { error: 'redirect_uri' }),
    ],
    [
      'redirect_uri_refused',
      /callback\/demo to the letter/,
      answering('/authorize', 302, {}, { location: '/error?error=redirect_mismatch' }),
    ],
    ['scope_refused', /scopes/, { metadata: complete, error: 'invalid_scope' }],
    ['grant_not_allowed', /authorization_code/, { metadata: complete, error: 'unauthorized_client' }],
    ['client_secret_refused', /IdpSecret/, answering('/token', 401, { error: 'invalid_client' })],
    ['dpop_required', /DPoP/, answering('/token', 400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'n' })],
    ['dpop_required', /DPoP/, answering('/token', 400, { error: 'invalid_dpop_proof' })],
    [
      'code_not_checked',
      /idp disable/,
      answering('/token', 200, { access_token: 'x', token_type: 'Bearer' }),
    ],
    ['token_endpoint_not_oauth', /POST/, answering('/token', 403)],
    ['provider_down', /log/, answering('/token', 503)],
    [
      'client_secret_expired',
      /Certificates & secrets/,
      answering('/token', 401, { error: 'invalid_client', error_description: 'AADSTS7000222: expired' }),
    ],
    [
      'clock_skew',
      /NTP/,
      answering(discovery, 200, {}, { date: new Date(Date.now() - 600_000).toUTCString() }),
    ],
  ];

  verifies(
    ['vestibule:doctor-findings', 'vestibule:doctor-probes'],
    'as an error, with the setting to change, and exit code 1',
    async () => {
      for (const [code, fix, behaviour] of wrong) {
        const { code: exit, sound, checks } = await examine(behaviour);
        const found = checks.flatMap((check) => check.findings).find((finding) => finding.code === code);
        expect([code, exit, sound, found?.severity]).toEqual([code, 1, false, 'error']);
        expect(found?.fix).toMatch(fix);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:doctor-findings',
    'as worth a look, where people can sign in all the same',
    async () => {
      const worthALook: readonly (readonly [string, Behaviour])[] = [
        ['pkce_not_told', {}],
        ['scope_unknown', differing({ scopes_supported: ['openid', 'profile', 'email', 'offline_access'] })],
        ['offline_access_unknown', differing({ scopes_supported: ['openid', 'profile', 'email', 'groups'] })],
        ['jwks_duplicate_kid', answering('/jwks', 200, { keys: [rsa(2_048), rsa(2_048)] })],
        ['jwks_weak_rsa', answering('/jwks', 200, { keys: [rsa(2_048), rsa(1_024, 'b')] })],
        [
          'jwks_without_kid',
          answering('/jwks', 200, { keys: [rsa(2_048), { ...rsa(2_048), kid: undefined }] }),
        ],
      ];
      for (const [code, behaviour] of worthALook) {
        const told = await findings(behaviour);
        expect(told.map((finding) => [finding.code, finding.severity])).toEqual([[code, 'warning']]);
      }
      office.idp.play();
      const { code, out } = await doctor('demo');
      expect([code, out.includes('! discovery')]).toEqual([0, true]);
    },
  );

  verifies(
    'vestibule:doctor-probes',
    'and what cannot be known without a sign-in is not claimed',
    async () => {
      const page = await examine(answering('/authorize', 200));
      expect([page.code, page.checks[3]?.outcome]).toEqual([0, 'not_checked']);
      const early = await examine(answering('/token', 400, { error: 'invalid_request' }));
      expect([early.code, early.checks[4]?.outcome]).toEqual([0, 'not_checked']);
      // A secret is sent to nobody whose document speaks for another.
      const before = office.idp.requests.filter(({ path }) => path === '/token').length;
      const other = await examine(differing({ issuer: 'https://other.example.com' }));
      expect(other.checks[4]?.outcome).toBe('not_checked');
      expect(office.idp.requests.filter(({ path }) => path === '/token')).toHaveLength(before);
    },
  );
});

describe('an issuer that is not registered', () => {
  let other: PlayedIdp | undefined;
  afterAll(async () => {
    await other?.stop();
  });

  verifies('vestibule:doctor-findings', 'is looked at from the machine of the administrator', async () => {
    other = await playIdp({
      port: Number(new URL(office.idp.issuer).port) - 1,
      path: '/',
      secret: () => 'none',
    });
    other.play({ metadata: complete });
    const good = await doctor(other.issuer);
    expect([good.code, good.out.match(/^✓/gm)?.length, good.out.match(/^-/gm)?.length]).toEqual([0, 3, 2]);
    const slash = await doctor(other.issuer.replace(/\/$/, ''));
    expect([slash.code, slash.out.includes('(issuer_trailing_slash)')]).toEqual([1, true]);
    expect(slash.out).toContain(`Fix: Write issuer: '${other.issuer}'`);
    other.play({ mute: [discovery] });
    expect((await doctor(other.issuer)).out).toContain('(timed_out)');
    other.play({ huge: [discovery] });
    expect((await doctor(other.issuer)).out).toContain('(document_too_large)');
    await other.stop();
    expect((await doctor(other.issuer)).out).toContain('(unreachable)');
    other = undefined;
    expect((await doctor('https://nobody.invalid')).out).toContain('(host_unknown)');
    expect(await doctor('ftp://idp.example.com')).toMatchObject({ code: 2 });
  });
});

describe('the deployment', () => {
  verifies('vestibule:doctor-probes', 'tells of the client secret as it is now', async () => {
    const { cloud, outputs } = office.company.run;
    const right = await federationSecret(office.company.run);
    const [, SecretId] = Object.entries(outputs).find(([name]) => name.includes('IdpSecretdemoArn')) ?? [];
    const secrets = new SecretsManagerClient({
      ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator },
    });
    const put = (secret: string) =>
      secrets.send(
        new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify({ client_secret: secret }) }),
      );
    expect((await examine({ metadata: complete })).sound).toBe(true);
    await put('wrong');
    expect((await findings({ metadata: complete })).map(({ code }) => code)).toEqual([
      'client_secret_refused',
    ]);
    await put(right);
    expect((await examine({ metadata: complete })).sound).toBe(true);
    secrets.destroy();
  });

  verifies(
    'vestibule:doctor-findings',
    'says so where it cannot look itself, and blames no provider',
    async () => {
      office.idp.play({ metadata: complete });
      strike(office.company, 'secretsmanager:GetSecretValue~Downstream=down@*');
      const { code, out, err } = await doctor('demo');
      expect([code, out]).toEqual([1, '']);
      expect(err).not.toContain('idp.');
      mend(office.company);
      expect(await doctor('nobody')).toMatchObject({
        code: 1,
        err: expect.stringContaining('"nobody"') as string,
      });
    },
  );
});

verifies('vestibule:upstream-secrets', 'no report and no log holds our client secret', async () => {
  const secret = await federationSecret(office.company.run);
  expect(said.length).toBeGreaterThan(30);
  const told = [...office.company.log, ...said.flatMap(({ out, err }) => [out, err])].join('\n');
  expect(told).not.toContain(secret);
});
