import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { basic } from '../support/driver.ts';
import { approve, deviceAt, deviceGrant, enter, sendCode, withDevices } from '../support/devices.ts';
import { eventsSince, leaveProvider, pageOf, press } from '../support/people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withDevices);
const device = () => deviceAt(company);

describe('a device', () => {
  verifies(
    ['rfc8628:3.2:response', 'rfc8628:3.3:approved', 'rfc8628:3.4:tokens'],
    'shows a code, a person enters it elsewhere, and the device gets its tokens once',
    async () => {
      const answer = await device().ask({ scope: 'openid tools:read' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.body).toEqual({
        device_code: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/) as string,
        user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/) as string,
        verification_uri: `${company.issuer}/device`,
        verification_uri_complete: `${company.issuer}/device?user_code=${String(answer.body['user_code'])}`,
        ...{ expires_in: 600, interval: 5 },
      });
      const [code, userCode] = [String(answer.body['device_code']), String(answer.body['user_code'])];
      expect((await device().poll(code)).body['error']).toBe('authorization_pending');
      const done = await approve(company, userCode);
      expect([done.status, done.text]).toEqual([
        200,
        expect.stringContaining('You can go back to your device') as string,
      ]);
      const tokens = await device().poll(code, { resource: company.mcpUrl });
      expect([tokens.status, tokens.text]).toEqual([200, tokens.text]);
      expect(tokens.body).toMatchObject({ token_type: 'Bearer', scope: 'openid tools:read' });
      expect(decodeJwt(String(tokens.body['access_token']))).toMatchObject({
        ...{ client_id: 'terminal', aud: company.mcpUrl, scope: 'openid tools:read' },
        sub: expect.stringMatching(/^person\./) as string,
      });
      expect(decodeJwt(String(tokens.body['id_token']))).toMatchObject({ aud: 'terminal' });
      const refreshed = await device().client.token({
        ...{ grant_type: 'refresh_token', client_id: 'terminal' },
        refresh_token: String(tokens.body['refresh_token']),
      });
      expect(refreshed.status).toBe(200);
      expect((await device().poll(code)).body['error']).toBe('invalid_grant');
    },
  );

  verifies(
    ['rfc8628:3.4:tokens', 'rfc8628:3.1:authenticated'],
    'of an agent proves itself at both endpoints, and its token names the agent',
    async () => {
      const headers = basic('robot', await company.secretOf('robot'));
      const asked = { client_id: undefined };
      expect((await device().ask({ client_id: 'robot' })).body['error']).toBe('invalid_client');
      const { body } = await device().ask(asked, headers);
      await approve(company, String(body['user_code']));
      const form = { grant_type: deviceGrant, device_code: String(body['device_code']) };
      expect((await device().client.token({ ...form, client_id: 'robot' })).body['error']).toBe(
        'invalid_client',
      );
      const tokens = await device().client.token(form, headers);
      expect(decodeJwt(String(tokens.body['access_token']))).toMatchObject({ agent_id: 'planner' });
      expect(tokens.body).not.toHaveProperty('refresh_token');
    },
  );

  verifies('rfc8628:3.1:authenticated', 'is told at once what it may not ask for', async () => {
    const told = async (...more: Parameters<ReturnType<typeof deviceAt>['ask']>) =>
      (await device().ask(...more)).body['error'];
    expect(await told({ client_id: 'desk' })).toBe('unauthorized_client');
    expect(await told({ client_id: 'nobody' })).toBe('invalid_client');
    expect(await told({ scope: 'tools:all' })).toBe('invalid_scope');
    expect(await told({ scope: 'a  b' })).toBe('invalid_scope');
    expect(await told({ resource: 'https://nothing.example.com/mcp' })).toBe('invalid_target');
    expect(await told({ resource: undefined })).toBe('invalid_target');
    const get = await device().client.get('/device_authorization');
    expect([get.status, get.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);
  });

  verifies('rfc8628:3.5:denied', 'hears that the person said no, at either page', async () => {
    const [first, second] = [await device().begin(), await device().begin()];
    const browser = createBrowser();
    const no = pageOf(await press(browser, await enter(company, first.userCode, browser), 'deny'));
    expect(no.text).toContain('Nothing was allowed');
    const consent = pageOf(await press(browser, await enter(company, second.userCode, browser), 'allow'));
    expect(consent.text).toContain('List tools and read');
    const noAgain = pageOf(await press(browser, consent, 'deny'));
    expect(noAgain.text).toContain('Nothing was allowed');
    for (const { deviceCode, userCode } of [first, second]) {
      expect((await device().poll(deviceCode)).body['error']).toBe('access_denied');
      expect((await enter(company, userCode)).text).toContain('That code does not count');
    }
  });

  verifies('rfc8628:3.4:tokens', 'of another client gets nothing by a code, and burns nothing', async () => {
    const { deviceCode, userCode } = await device().begin();
    const stranger = { client_id: 'other-terminal' };
    expect((await device().poll(deviceCode, stranger)).body['error']).toBe('invalid_grant');
    await approve(company, userCode);
    for (let left = 3; left > 0; left -= 1) {
      expect((await device().poll(deviceCode, stranger)).body['error']).toBe('invalid_grant');
    }
    const [id = ''] = deviceCode.split('.');
    for (const wrong of ['x', `${id}.${'A'.repeat(43)}`, `${'A'.repeat(43)}.${'A'.repeat(43)}`]) {
      expect((await device().poll(wrong)).body['error']).toBe('invalid_grant');
    }
    const other = { resource: 'https://other.example.com/mcp' };
    expect((await device().poll(deviceCode, other)).body['error']).toBe('invalid_target');
    expect((await device().poll(deviceCode)).status).toBe(200);
  });

  verifies(
    'vestibule:device-code-is-no-code',
    'has nothing that redeems as an authorization code',
    async () => {
      const { deviceCode, userCode } = await device().begin({ client_id: 'both' });
      const from = company.log.length;
      await approve(company, userCode);
      const granted = eventsSince(company, from).find(({ event }) => event === 'authorization_granted');
      expect(granted).toMatchObject({ device: true });
      const [, secret = ''] = deviceCode.split('.');
      const answer = await device().client.token({
        ...{ grant_type: 'authorization_code', client_id: 'both', code_verifier: 'x'.repeat(43) },
        code: `${String(granted?.['grantId'])}.${secret}`,
      });
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
      expect((await device().poll(deviceCode, { client_id: 'both' })).status).toBe(200);
    },
  );
});

describe('the page for codes', () => {
  verifies('rfc8628:3.3.1:link', 'has the code of a link, and nobody is led on without a press', async () => {
    const { deviceCode, link } = await device().begin();
    const browser = createBrowser();
    const page = pageOf(await browser.open(link));
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).not.toContain('Terminal');
    const asked = pageOf(await sendCode(browser, page));
    expect(asked.text).toContain('Terminal');
    expect(asked.text).toContain('only if you started this on your own device');
    expect((await device().poll(deviceCode)).body['error']).toBe('authorization_pending');
    const odd = pageOf(await browser.open(`${company.issuer}/device?user_code="><script>`));
    expect(odd.html).not.toContain('<script>');
  });

  verifies('rfc8628:6.1:user-code', 'ignores case, blanks and dashes', async () => {
    const { userCode } = await device().begin();
    const spread = userCode.toLowerCase().replace('-', ' ').split('').join(' ');
    for (const typed of [
      userCode.replace('-', ''),
      spread,
      ` ${userCode} `,
      userCode.replace('-', '\u2013'),
    ]) {
      const asked = await enter(company, typed);
      expect([typed, asked.text]).toEqual([typed, expect.stringContaining(userCode) as string]);
    }
  });

  verifies(
    'rfc8628:5.4:asked-each-time',
    'asks for each device anew, whatever was allowed before',
    async () => {
      const browser = createBrowser();
      for (let times = 2; times > 0; times -= 1) {
        const { userCode } = await device().begin();
        const consent = pageOf(await press(browser, await enter(company, userCode, browser), 'allow'));
        expect(consent.text).toContain('Nowhere: it goes on at your device');
        leaveProvider(browser);
        const who = pageOf(await press(browser, consent, 'allow'));
        expect(pageOf(await press(browser, who, 'alice')).text).toContain('You can go back');
      }
      const { userCode } = await device().begin({ client_id: 'wall' });
      // Of a client that the config vouches for the person is still asked whether it is their device.
      const asked = await enter(company, userCode);
      expect(asked.text).toContain('Wall screen');
    },
  );

  verifies(
    'vestibule:consent-bound',
    'takes the answer of the browser that was asked, and of no other',
    async () => {
      const { deviceCode, userCode } = await device().begin();
      const asked = await enter(company, userCode);
      for (const decision of ['allow', 'deny']) {
        const page = pageOf(await press(createBrowser(), asked, decision));
        expect(page.text).toContain('Begun in another browser');
      }
      expect((await device().poll(deviceCode)).body['error']).toBe('authorization_pending');
    },
  );

  verifies(
    'vestibule:held-by-roles',
    'tells a person whose roles allow nothing, and the device that it was denied',
    async () => {
      const { deviceCode, userCode } = await device().begin({ scope: 'tools:write' });
      const page = await approve(company, userCode, { user: 'bob' });
      expect([page.status, page.text]).toEqual([
        400,
        expect.stringContaining('roles of the person') as string,
      ]);
      expect((await device().poll(deviceCode)).body['error']).toBe('access_denied');
    },
  );
});

verifies('rfc8628:4:metadata', 'the endpoint of devices and their grant are advertised', async () => {
  const { body } = await device().client.get('/.well-known/oauth-authorization-server');
  expect(body).toMatchObject({
    device_authorization_endpoint: `${company.issuer}/device_authorization`,
    grant_types_supported: expect.arrayContaining([deviceGrant]) as string[],
  });
});

verifies(
  'rfc8628:registered',
  'clients register themselves for devices alone, and without redirect URIs',
  async () => {
    const register = (body: object) =>
      device().client.send('/register', {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ client_name: 'mcp-remote', ...body }),
      });
    const grant_types = ['refresh_token', deviceGrant];
    const { status, body } = await register({ redirect_uris: [], grant_types, response_types: ['code'] });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ grant_types, redirect_uris: [], response_types: [] }) as object,
    ]);
    const client_id = String(body['client_id']);
    const { deviceCode, userCode } = await device().begin({ client_id });
    await approve(company, userCode);
    expect((await device().poll(deviceCode, { client_id })).status).toBe(200);
    expect((await register({ redirect_uris: [], grant_types: ['refresh_token'] })).status).toBe(400);
    const both = await register({
      redirect_uris: ['http://127.0.0.1/cb'],
      grant_types: ['authorization_code', deviceGrant],
    });
    expect(both.body['grant_types']).toEqual(['authorization_code', deviceGrant]);
  },
);
