import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { config as example } from '../../../vestibule.config.ts';
import { type AssertionJudge, judgeAssertions } from '../../support/assertion-judge.ts';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { contoso, entra } from '../../support/played-entra.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import {
  answerTo,
  eventsSince,
  pageOf,
  peoplesClients,
  press,
  requestOf,
  signIn,
} from '../support/people.ts';
import { signedFetch } from '../support/signed-fetch.ts';
import { mend, strike } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

let port: number;
let company: Company;
let idp: PlayedIdp;
let judge: AssertionJudge;
const stateDirectory = mkdtempSync(join(tmpdir(), 'vestibule-certificates-'));
/** What an administrator uploaded at the provider. */
const uploaded: string[] = [];

/** Deploys the config, over what was deployed before, with this certificate in it. */
async function deploy(certificate?: string): Promise<void> {
  const keyed = { method: 'private_key_jwt' } as const;
  const config: VestibuleConfig = {
    ...example,
    clients: [...example.clients, ...peoplesClients],
    identityProviders: [
      {
        ...{ id: 'entra', issuer: idp.issuer, profile: 'entra', clientId: 'vestibule', tenants: [contoso] },
        domains: ['contoso.example'],
        authentication: { ...keyed, alg: 'PS256', ...(certificate !== undefined && { certificate }) },
      },
      {
        ...{ id: 'curve', issuer: 'https://curve.example.com', clientId: 'vestibule' },
        authentication: { ...keyed, alg: 'ES256' },
      },
      { id: 'secret', issuer: 'https://secret.example.com', clientId: 'vestibule' },
    ],
    roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } }],
  };
  const deployment = await startDeployment({ port, config, stateDirectory });
  company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
}

beforeAll(async () => {
  port = await steadyPortBlock();
  const now = (): number => company.run.clock.now() / 1_000;
  const root = `http://localhost:${port + 1}/organizations/v2.0`;
  judge = judgeAssertions(
    {
      keys: () => Promise.reject(new Error('Entra fetches no keys')),
      ...{ audience: `${root}/token`, alg: 'PS256', certificates: () => uploaded },
    },
    now,
  );
  idp = await playIdp({
    ...{ port: port + 1, path: '/organizations/v2.0', secret: () => 'nobody-has-a-secret' },
    ...{ now, isClient: judge.isClient },
  });
  idp.play(entra(new URL(root).origin));
  await deploy();
}, 120_000);

afterAll(async () => {
  await company.stop();
  await idp.stop();
  rmSync(stateDirectory, { recursive: true });
});

afterEach(() => {
  judge.know();
  idp.play(entra(new URL(idp.issuer).origin));
});

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly fix: string;
}

async function findings(): Promise<readonly Finding[]> {
  const { out } = await vestibule(company, ['idp', 'doctor', 'entra', '--json']);
  const { checks } = JSON.parse(out) as {
    readonly checks: readonly { readonly subject: string; readonly findings: readonly Finding[] }[];
  };
  // The clock of a run is put forward, and that of the answers of a provider is not.
  return checks.filter(({ subject }) => subject !== 'clock').flatMap((check) => check.findings);
}

/** What the audit trail says of a sign-in that fails. */
async function failure(): Promise<Readonly<Record<string, unknown>> | undefined> {
  const from = company.log.length;
  const browser = createBrowser();
  const page = pageOf(await answerTo(requestToEntra(), browser));
  await press(browser, page, 'allow');
  return eventsSince(company, from).find(({ event }) => event === 'sign_in_failed');
}

function requestToEntra(): URL {
  return requestOf(company, { login_hint: 'ann@contoso.example' });
}

describe('a provider that knows keys by certificates', () => {
  verifies('vestibule:provider-key-refused', 'and got none: how to make one is told', async () => {
    const told = await findings();
    expect(told).toMatchObject([{ code: 'certificate_missing', severity: 'error' }]);
    expect(told[0]?.fix).toContain('npx vestibule idp certificate entra');
    expect(told[0]?.fix).toContain('Certificates & secrets');
  });

  verifies('rfc7515:4.1.8:own-certificate', 'gets one that the key itself has signed', async () => {
    const from = company.log.length;
    const { code, out, err } = await vestibule(company, ['idp', 'certificate', 'entra', '--days', '180']);
    expect(code).toBe(0);
    const made = new X509Certificate(out);
    const keys = await fetch(`${company.issuer}/.well-known/identity-provider-keys/entra`);
    const [key] = ((await keys.json()) as JSONWebKeySet).keys;
    expect(made.publicKey.equals(createPublicKey({ key: { ...key }, format: 'jwk' }))).toBe(true);
    expect(made.verify(made.publicKey)).toBe(true);
    expect([made.subject, made.ca]).toEqual(['O=Vestibule\nCN=entra', false]);
    const now = company.run.clock.now();
    expect(Date.parse(made.validFrom)).toBeLessThan(now);
    expect(Math.round((Date.parse(made.validTo) - now) / 86_400_000)).toBe(180);
    const [event] = eventsSince(company, from);
    expect(event).toMatchObject({ event: 'provider_certificate_made', idp: 'entra', key: '1' });
    expect(err).toContain(`x5t#S256 ${String(event?.['thumbprint'])}`);
    uploaded.push(out);
  });

  verifies(
    ['rfc7515:4.1.8:own-certificate', 'rfc7523:2.2:own-assertion'],
    'is named the certificate of the config, and takes what its key signed',
    async () => {
      await company.stop();
      await deploy(uploaded[0]);
      expect(await findings()).toEqual([]);
      const told = await signIn(requestToEntra());
      expect(told.get('code')).toEqual(expect.any(String));
      const { header, claims } = judge.taken.at(-1)!;
      expect(Object.keys(header).sort()).toEqual(['alg', 'typ', 'x5t#S256']);
      expect([header.alg, claims.aud]).toEqual(['PS256', `${idp.issuer}/token`]);
      const { client_authentication: shown } = (await (await asOperator('idps/entra')).json()) as {
        readonly client_authentication: { readonly certificate: Readonly<Record<string, string>> };
      };
      expect(shown.certificate['x5t#S256']).toBe(header['x5t#S256']);
    },
    60_000,
  );

  verifies('vestibule:provider-key-refused', 'and has another, says so by its own number', async () => {
    judge.know({ certificates: () => [] });
    expect(await failure()).toMatchObject({ finding: 'client_certificate_refused' });
    judge.know();
    for (const [number, finding, fix] of [
      ['AADSTS700027', 'client_certificate_refused', 'npx vestibule idp certificate entra'],
      ['AADSTS700023', 'assertion_audience_refused', 'audience'],
      ['AADSTS700024', 'clock_skew', 'Sign in again'],
    ] as const) {
      const body = { error: 'invalid_client', error_description: `${number}: no` };
      const answers = { '/token': { status: 401, body } };
      idp.play(entra(new URL(idp.issuer).origin, { answers }));
      const failed = await failure();
      expect([failed?.['finding'], failed?.['fix']]).toEqual([
        finding,
        expect.stringContaining(fix) as string,
      ]);
    }
  });

  verifies('vestibule:provider-key-refused', 'is found before the certificate has expired', async () => {
    company.run.clock.advance(155 * 86_400);
    expect(await findings()).toMatchObject([{ code: 'certificate_expires_soon', severity: 'warning' }]);
    company.run.clock.advance(30 * 86_400);
    expect(await findings()).toMatchObject([{ code: 'certificate_expired', severity: 'error' }]);
  });
});

function asOperator(path: string, body?: string): Promise<Response> {
  return signedFetch(company.operator, {
    ...{ method: body === undefined ? 'GET' : 'POST', url: `${company.issuer}/admin/${path}` },
    ...(body !== undefined && { body }),
  });
}

describe('a certificate that is not made', () => {
  verifies('rfc7515:4.1.8:own-certificate', 'of a wish that nobody can fulfil: it is told why', async () => {
    const from = company.log.length;
    const wishes = [
      ['nobody', {}, 404, /no idp "nobody"/],
      ['secret', {}, 400, /client secret/],
      ['curve', {}, 400, /RSA/],
      ['entra', { key: 'other' }, 400, /authentication\.keys/],
      ['entra', { days: 0 }, 400, /1 to 1095/],
      ['entra', { days: 1_096 }, 400, /1 to 1095/],
      ['entra', { subject: 'CN=somebody' }, 400, /"key"/],
    ] as const;
    for (const [id, wish, status, description] of wishes) {
      const response = await asOperator(`idps/${id}/certificates`, JSON.stringify(wish));
      const { error_description: said } = (await response.json()) as { readonly error_description: string };
      expect([id, wish, response.status, said]).toEqual([
        id,
        wish,
        status,
        expect.stringMatching(description),
      ]);
    }
    expect((await asOperator('idps/entra/certificates', '{')).status).toBe(400);
    const reasons = eventsSince(company, from).map(({ event, reason }) => [event, reason]);
    expect(reasons).toEqual(
      ['not_found', 'not_by_key', 'not_rsa', 'key_unknown'].map((reason) => [
        'provider_certificate_refused',
        reason,
      ]),
    );
  });

  verifies(
    ['rfc7515:4.1.8:own-certificate', 'vestibule:provider-key-faults'],
    'because KMS is down: 503',
    async () => {
      strike(company, 'kms:Sign~Downstream=down@*');
      const response = await asOperator('idps/entra/certificates', '{}');
      mend(company);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    },
  );
});
