import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { basic } from '../support/driver.ts';
import { approve, type Device, deviceAt, deviceGrant, enter, withDevices } from '../support/devices.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { answerTo, eventsSince, hosted, pageOf, requestOf } from '../support/people.ts';
import { newKeyedClient } from '../support/pushing.ts';
import { forThisFile, officeForThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withDevices);
const host = forThisFile(async () => {
  const { stop, ...started } = await startDocumentHost();
  return {
    ...started,
    stop: () => {
      stop();
      return Promise.resolve();
    },
  };
});
const device = (): Device => deviceAt(company);

/** Publishes a document; resolves with its URL, which is the client. */
function published(path: string, change: object = {}): string {
  const client_id = `${host.origin}${path}`;
  host.served.set(path, {
    body: { client_id, client_name: 'Paper terminal', grant_types: [deviceGrant], ...change },
  });
  return client_id;
}

describe('a client for devices that is a metadata document', () => {
  verifies(
    'rfc7591:2:document-for-devices',
    'lists no redirect URI, is let in by a person, and gets no other grant',
    async () => {
      const client_id = published('/terminal.json', { grant_types: [deviceGrant, 'refresh_token'] });
      const { deviceCode, userCode } = await device().begin({ client_id });
      const asked = await enter(company, userCode);
      expect(asked.text).toContain('Paper terminal');
      expect(asked.text).toContain(new URL(host.origin).host);
      await approve(company, userCode);
      const { status, body } = await device().poll(deviceCode, { client_id });
      expect(status).toBe(200);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ client_id, aud: company.mcpUrl });
      const form = { grant_type: 'refresh_token', client_id, refresh_token: String(body['refresh_token']) };
      expect((await device().client.token(form)).status).toBe(200);
      // It was kept when it began: nobody fetched it for a request to the token endpoint.
      expect(host.asked.filter((path) => path === '/terminal.json')).toHaveLength(1);

      const page = pageOf(await answerTo(requestOf(company, { client_id })));
      expect([page.status, page.text]).toEqual([
        400,
        expect.stringContaining('no sign-in that begins here') as string,
      ]);
      const code = { grant_type: 'authorization_code', client_id, code: 'x', code_verifier: 'x'.repeat(43) };
      expect((await device().client.token(code)).body['error']).toBe('unauthorized_client');
    },
  );

  verifies(
    'rfc7591:2:document-for-devices',
    'is none where it asks for more than its document says, or its document for nothing of people',
    async () => {
      const usual = published('/usual.json', { grant_types: undefined, redirect_uris: [hosted] });
      expect((await device().ask({ client_id: usual })).body['error']).toBe('unauthorized_client');
      const nowhere = published('/nowhere.json', { grant_types: ['authorization_code', deviceGrant] });
      const refused = await device().ask({ client_id: nowhere });
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
      const machine = published('/machine.json', { grant_types: ['client_credentials', 'refresh_token'] });
      expect((await device().ask({ client_id: machine })).body['error']).toBe('invalid_client');
    },
  );
});

describe('a client for devices that proves itself by its key', () => {
  verifies(
    'rfc8628:3.1:authenticated',
    'uses an assertion up when it has begun, and not by what is refused or fails',
    async () => {
      const metadata = { grant_types: [deviceGrant], redirect_uris: undefined };
      const proof = await newKeyedClient(company, 'keyed-terminal', metadata);
      for (const aud of ['', '/token']) {
        const by = await proof(`${company.issuer}${aud}`);
        expect((await device().ask({ ...by, scope: 'unknown' })).body['error']).toBe('invalid_scope');
        strike(company, 'dynamodb:PutItem~Requests=down@*');
        expect((await device().ask(by)).status).toBe(503);
        mend(company);
        const from = company.log.length;
        const begun = await device().ask(by);
        expect([begun.status, begun.text]).toEqual([200, begun.text]);
        const again = await device().ask(by);
        expect(again.body).toMatchObject({
          ...{ error: 'invalid_client', error_description: 'the client_assertion was used before' },
        });
        expect(again.body).not.toHaveProperty('device_code');
        expect(eventsSince(company, from).map(({ event }) => event)).toEqual([
          'device_began',
          'device_refused',
        ]);
      }
      const own = await proof(`${company.issuer}/device_authorization`);
      expect((await device().ask(own)).body['error']).toBe('invalid_client');
      const secret = basic('keyed-terminal', 'made-up');
      expect((await device().ask({ client_id: undefined }, secret)).body['error']).toBe('invalid_client');
    },
  );
});
