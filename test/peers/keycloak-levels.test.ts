import { setTimeout } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { federationSecret } from '../../local/demo/federation-secret.ts';
import { config as example } from '../../vestibule.config.ts';
import { drive } from '../spec/support/driver.ts';
import { deskAt, eventsSince, hosted, peoplesClients, press, requestOf } from '../spec/support/people.ts';
import { vestibule } from '../spec/support/vestibule-command.ts';
import { type Arrival, type Browser, createBrowser } from '../support/browser-player.ts';
import type { Company } from '../support/company.ts';
import type { Page } from '../support/html-page.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type KeycloakServer, startRealms } from './keycloak.ts';
import {
  oneTimePassword,
  realmWithRoles,
  type RolesIn,
  rolesMapper,
  setUpLevels,
} from './keycloak-levels.ts';

const realms = ['staff', 'apps'] as const;
const all = 'tools:read tools:write';
let deployment: TestDeployment;
let company: Company;
let keycloak: KeycloakServer;
let secret: string;

beforeAll(async () => {
  const port = await freePortBlock();
  const of = (id: RolesIn) => ({
    ...{ id, issuer: `http://localhost:${port + 2}/realms/${id}`, clientId: 'vestibule' },
    domains: [`${id}.example`],
  });
  deployment = await startDeployment({
    port,
    config: {
      ...example,
      // The roles of a realm are where the profile looks for itself.
      identityProviders: [
        { ...of('staff'), acr: { pwd: 'silver', mfa: 'gold' } },
        { ...of('apps'), groupsClaim: 'resource_access.vestibule.roles' },
      ],
      clients: [...example.clients, ...peoplesClients],
      roles: [
        { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
        { id: 'editor', groups: { staff: ['editor'], apps: ['editor'] }, scopes: { demo: ['tools:write'] } },
      ],
    },
  });
  company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: `http://localhost:${port + 2}` };
  const ours = async (realm: RolesIn) => ({
    clientSecret: await federationSecret(deployment.run, realm),
    redirectUri: `${deployment.issuer}/callback/${realm}`,
  });
  secret = (await ours('staff')).clientSecret;
  keycloak = await startRealms(port + 2, [
    realmWithRoles('staff', await ours('staff')),
    realmWithRoles('apps', await ours('apps')),
  ]);
  await setUpLevels(keycloak, 'staff');
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await deployment.stop();
});

interface Arrived {
  readonly told: URLSearchParams;
  /** The factors that Keycloak had the person give, one after the other; a one-time password may have to be given again. */
  readonly filled: readonly string[];
}

/** What a person gives Keycloak at one of its pages, and the field that it asked for. */
async function fillIn(browser: Browser, shown: Page, user: string) {
  const answers = { password: () => user, otp: () => oneTimePassword() };
  for (const form of shown.forms) {
    for (const [asked, answer] of Object.entries(answers)) {
      if (!form.inputs.some(({ name }) => name === asked)) continue;
      const fields = { ...(asked === 'password' && { username: user }), [asked]: answer() };
      const arrival = await browser.press(shown, form, form.buttons[0], { fields, client: new URL(hosted) });
      return { asked, arrival };
    }
  }
  throw new Error(shown.text);
}

/** A person says yes, and gives Keycloak whatever it asks for. */
async function arrive(
  realm: RolesIn,
  user: string,
  changes: Readonly<Record<string, string>> = {},
  browser: Browser = createBrowser(),
): Promise<Arrived> {
  const wish = { scope: all, login_hint: `${user}@${realm}.example`, ...changes };
  const filled: string[] = [];
  let arrival: Arrival = await browser.open(requestOf(company, wish), new URL(hosted));
  for (let pages = 0; arrival.kind === 'page' && pages < 6; pages += 1) {
    if (arrival.page.url.origin === company.issuer) {
      if (arrival.page.status !== 200) break;
      arrival = await press(browser, arrival.page, 'allow');
      continue;
    }
    const given = await fillIn(browser, arrival.page, user);
    if (filled.at(-1) !== given.asked) filled.push(given.asked);
    arrival = given.arrival;
  }
  if (arrival.kind === 'page') throw new Error(arrival.page.text);
  return { told: arrival.url.searchParams, filled };
}

async function tokensOf({ told }: Arrived) {
  const { status, body, text } = await deskAt(drive(deployment)).redeem(told.get('code') ?? '');
  expect([status, text, told.toString()]).toEqual([200, text, told.toString()]);
  return { scope: body['scope'], acr: decodeJwt(String(body['access_token']))['acr'] };
}

describe('roles at Keycloak', () => {
  test.each(realms)('give scopes here, of the realm and of our client: %s', async (realm) => {
    expect(await tokensOf(await arrive(realm, 'ann'))).toMatchObject({ scope: all });
    expect(await tokensOf(await arrive(realm, 'ben'))).toMatchObject({ scope: 'tools:read' });
  });
});

describe('levels of authentication at Keycloak', () => {
  test('are asked for by acr_values, and reached by another factor', async () => {
    const browser = createBrowser();
    const plain = await arrive('staff', 'ann', {}, browser);
    expect([plain.filled, await tokensOf(plain)]).toEqual([['password'], { scope: all, acr: 'pwd' }]);
    // She is signed in there, and gives the other factor alone.
    const more = await arrive('staff', 'ann', { acr_values: 'mfa' }, browser);
    expect([more.filled, await tokensOf(more)]).toEqual([['otp'], { scope: all, acr: 'mfa' }]);
    const both = await arrive('staff', 'ann', { acr_values: 'mfa' });
    expect([both.filled, await tokensOf(both)]).toEqual([['password', 'otp'], { scope: all, acr: 'mfa' }]);
  });

  test('that a realm does not have are not reached, and the audit trail says where they are made', async () => {
    for (const [realm, user, finding] of [
      ['staff', 'ann', 'acr_unnamed'],
      ['apps', 'dan', 'authentication_unmet'],
    ] as const) {
      const from = deployment.log.length;
      const { told } = await arrive(realm, user, { acr_values: 'gold' });
      expect([realm, told.get('error')]).toEqual([realm, 'unmet_authentication_requirements']);
      expect(eventsSince(company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'authorization_refused', reason: 'acr_unmet', finding },
          fix: expect.stringContaining('identityProviders[].acr') as string,
        }),
      );
    }
  });

  test('have people sign in anew where a client wants that', async () => {
    const browser = createBrowser();
    await arrive('staff', 'ann', {}, browser);
    expect((await arrive('staff', 'ann', {}, browser)).filled).toEqual([]);
    const { filled, told } = await arrive('staff', 'ann', { prompt: 'login' }, browser);
    expect([filled, told.has('code')]).toEqual([['password'], true]);
    // In the same second nobody is older than that.
    await setTimeout(1_100);
    const fresh = await arrive('staff', 'ann', { max_age: '0' }, browser);
    expect([fresh.filled, fresh.told.has('code')]).toEqual([['password'], true]);
  });
});

test('a person who may be given no offline token is told of to the administrator', async () => {
  const from = deployment.log.length;
  await expect(arrive('apps', 'cyd')).rejects.toThrow('The sign-in got stuck');
  expect(eventsSince(company, from)).toContainEqual(
    expect.objectContaining({
      ...{ event: 'sign_in_failed', detail: 'not_allowed', finding: 'offline_access_not_allowed' },
      fix: expect.stringContaining('default-roles') as string,
    }),
  );
});

interface Report {
  readonly checks: readonly {
    readonly findings: readonly { readonly code: string; readonly fix: string }[];
  }[];
}

/** What the doctor finds: code → fix. */
async function findings(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { out } = await vestibule(deployment, ['idp', 'doctor', 'staff', '--json', ...args]);
  const { checks } = JSON.parse(out) as Report;
  return Object.fromEntries(
    checks.flatMap((check) => check.findings.map(({ code, fix }): [string, string] => [code, fix])),
  );
}

async function findingsOfToken(): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(`${keycloak.root}/realms/staff/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'password', username: 'dan', password: 'dan', scope: 'openid profile email' },
      ...{ client_id: 'vestibule', client_secret: secret },
    }),
  });
  const { id_token: token } = (await response.json()) as { readonly id_token?: string };
  if (token === undefined) throw new Error(`no id_token: ${response.status}`);
  const { out } = await vestibule(deployment, ['idp', 'doctor', 'staff', '--json', '--token', '-'], token);
  const { checks } = JSON.parse(out) as Report;
  return Object.fromEntries(
    checks.flatMap((check) => check.findings.map(({ code, fix }): [string, string] => [code, fix])),
  );
}

describe('the doctor at Keycloak', () => {
  const ask = (method: string, path: string, body?: object): Promise<unknown> =>
    keycloak.call('staff', method, path, body);
  const client = async () => {
    const [found] = (await ask('GET', 'clients?clientId=vestibule')) as readonly [
      object & {
        readonly id: string;
        readonly redirectUris: readonly string[];
        readonly protocolMappers: readonly { readonly id: string; readonly name: string }[];
      },
    ];
    return found;
  };

  test('finds nothing wrong with what signs people in', async () => {
    const { code, out } = await vestibule(deployment, ['idp', 'doctor', 'staff']);
    expect(out).toContain('Nothing is wrong.');
    expect(code).toBe(0);
    expect(await findingsOfToken()).toEqual({});
  });

  test('finds a redirect URI that is another', async () => {
    const ours = await client();
    await ask('PUT', `clients/${ours.id}`, {
      ...ours,
      redirectUris: ours.redirectUris.map((uri) => `${uri}/`),
    });
    expect(await findings()).toEqual({
      redirect_uri_refused: expect.stringContaining('Valid redirect URIs') as string,
    });
    await ask('PUT', `clients/${ours.id}`, ours);
    expect(await findings()).toEqual({});
  });

  test('finds a mapper of groups that is missing', async () => {
    const { id, protocolMappers } = await client();
    const mapper = protocolMappers.find(({ name }) => name === 'roles');
    await ask('DELETE', `clients/${id}/protocol-mappers/models/${mapper?.id ?? ''}`);
    expect(await findingsOfToken()).toEqual({
      groups_missing: expect.stringContaining('Add mapper') as string,
    });
    await ask('POST', `clients/${id}/protocol-mappers/models`, rolesMapper('staff'));
    expect(await findingsOfToken()).toEqual({});
  });

  test('finds a secret that is no more', async () => {
    const { id } = await client();
    await ask('POST', `clients/${id}/client-secret`);
    expect(await findings()).toEqual({
      client_secret_refused: expect.stringContaining('Credentials › Client Secret') as string,
    });
  });
});
