import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, deviceAt, deviceGrant, enter, later } from '../spec/support/devices.ts';
import { pageOf, press } from '../spec/support/people.ts';
import { registering } from '../spec/support/registering.ts';
import { createBrowser } from '../support/browser-player.ts';
import { type Company, startCompany } from '../support/company.ts';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;
const scope = 'openid email offline_access tools:read';

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.stop());

type Method = 'none' | 'client_secret_basic';

/** A command line that has no redirect URI. */
async function registered(method: Method): Promise<{ readonly id: string; readonly secret: string }> {
  const { status, text, body } = await registering(deviceAt(company).client).register({
    ...{ client_name: 'Command line', redirect_uris: [], token_endpoint_auth_method: method },
    grant_types: [deviceGrant, 'refresh_token'],
  });
  if (status !== 201) throw new Error(text);
  return { id: String(body['client_id']), secret: String(body['client_secret']) };
}

/** What each poll was told, and the library that polls. */
async function configuration(
  method: Method,
): Promise<{ readonly config: client.Configuration; readonly told: string[] }> {
  const { id, secret } = await registered(method);
  const config = await client.discovery(
    new URL(company.issuer),
    id,
    undefined,
    method === 'none' ? client.None() : client.ClientSecretBasic(secret),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    { execute: [client.allowInsecureRequests] },
  );
  const told: string[] = [];
  config[client.customFetch] = async (url, options) => {
    const response = await fetch(url, options as RequestInit);
    if (new URL(url).pathname !== '/token') return response;
    const { error = 'tokens' } = (await response.clone().json()) as { readonly error?: string };
    told.push(error);
    return response;
  };
  return { config, told };
}

/** The library waits for as many seconds as it is told; a second is enough here, where the deployment's clock moves. */
const impatient = (begun: client.DeviceAuthorizationResponse): client.DeviceAuthorizationResponse => ({
  ...begun,
  interval: 1,
});

async function untilTold(told: readonly string[], error: string): Promise<void> {
  await expect.poll(() => told, { timeout: 20_000 }).toContain(error);
}

describe('openid-client', () => {
  it.each(['none', 'client_secret_basic'] as const)(
    'polls while a person decides elsewhere, slows down when it is told to, and gets its tokens (%s)',
    { timeout: 60_000 },
    async (method) => {
      const { config, told } = await configuration(method);
      const begun = await client.initiateDeviceAuthorization(config, { scope, resource: company.mcpUrl });
      expect(begun).toMatchObject({ verification_uri: `${company.issuer}/device`, interval: 5 });
      const polled = client.pollDeviceAuthorizationGrant(config, impatient(begun));
      await untilTold(told, 'slow_down');
      await approve(company, begun.user_code);
      later(company, 15);
      const tokens = await polled;
      expect(told).toEqual(['authorization_pending', 'slow_down', 'tokens']);
      expect(tokens.claims()).toMatchObject({ iss: company.issuer, email: 'alice@example.com' });
      expect(decodeJwt(tokens.access_token)).toMatchObject({
        aud: company.mcpUrl,
        client_id: config.clientMetadata().client_id,
      });
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    },
  );

  it('hears that the person said no', async () => {
    const { config } = await configuration('none');
    const begun = await client.initiateDeviceAuthorization(config, { scope, resource: company.mcpUrl });
    const browser = createBrowser();
    const asked = await enter(company, begun.user_code, browser);
    expect(pageOf(await press(browser, asked, 'deny')).text).toContain('Nothing was allowed');
    const polled = client.pollDeviceAuthorizationGrant(config, impatient(begun));
    await expect(polled).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('binds to a key what a device gets, and what it refreshes', { timeout: 60_000 }, async () => {
    const { config } = await configuration('none');
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const jkt = await DPoP.calculateThumbprint();
    const begun = await client.initiateDeviceAuthorization(config, { scope, resource: company.mcpUrl });
    await approve(company, begun.user_code);
    const tokens = await client.pollDeviceAuthorizationGrant(config, impatient(begun), undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt });
    const sub = tokens.claims()?.sub ?? '';
    expect((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub).toBe(sub);
    const stolen = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const ofThief = client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: stolen });
    await expect(ofThief).rejects.toMatchObject({ error: 'invalid_grant' });
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    expect(decodeJwt(again.access_token)['cnf']).toEqual({ jkt });
  });
});

describe('oauth4webapi', () => {
  it('walks the device grant, error by error', async () => {
    const issuer = new URL(company.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...overLoopback }),
    );
    const { id, secret } = await registered('client_secret_basic');
    const [app, proof] = [{ client_id: id }, oauth.ClientSecretBasic(secret)];
    const asked = { scope, resource: company.mcpUrl };
    const begun = await oauth.processDeviceAuthorizationResponse(
      ...[server, app],
      await oauth.deviceAuthorizationRequest(server, app, proof, asked, overLoopback),
    );
    const poll = async () => {
      const code = begun.device_code;
      const response = await oauth.deviceCodeGrantRequest(server, app, proof, code, overLoopback);
      return { response, tokens: await oauth.processDeviceCodeResponse(server, app, response) };
    };
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down', status: 400 });
    await approve(company, begun.user_code, { user: 'bob' });
    const { response, tokens } = await poll();
    await oauth.validateApplicationLevelSignature(server, response, overLoopback);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: id, email: 'bob@example.com' });
    await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

// Last: the clock of the deployment is ten minutes ahead after it, and proofs are made by the clock of this machine.
describe('a device that nobody enters a code for', () => {
  it('hears that nobody came in time', async () => {
    const { config } = await configuration('none');
    const begun = await client.initiateDeviceAuthorization(config, { scope, resource: company.mcpUrl });
    later(company, 601);
    const polled = client.pollDeviceAuthorizationGrant(config, impatient(begun));
    await expect(polled).rejects.toMatchObject({ error: 'expired_token' });
  });
});
