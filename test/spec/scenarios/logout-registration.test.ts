import { beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { type Driver, drive } from '../support/driver.ts';
import { hosted, pageOf } from '../support/people.ts';
import { registering } from '../support/registering.ts';
import { withWaysOut } from '../support/signing-out.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withWaysOut);
let client: Driver;

beforeAll(() => {
  client = drive(company);
});

const bye = 'https://app.example.com/bye';

/** What a person reads who is sent to sign out, and back there. */
async function asked(clientId: string, there: string): Promise<string> {
  const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: there }).toString();
  return pageOf(await createBrowser().open(`${company.issuer}/logout?${query}`)).text;
}

describe('a client', () => {
  verifies('oidc-rp-logout:2.1:metadata', 'finds where to sign people out', async () => {
    const { body } = await client.get('/.well-known/openid-configuration');
    expect(body['end_session_endpoint']).toBe(`${client.issuer}/logout`);
  });

  verifies(
    'oidc-rp-logout:3.1:registers',
    'registers where people go then, and may take it back',
    async () => {
      const metadata = {
        ...{
          client_name: 'Traveller',
          redirect_uris: [hosted],
          token_endpoint_auth_method: 'client_secret_post',
        },
        // By the rules of redirect URIs: what is not taken takes no other with it.
        post_logout_redirect_uris: [bye, 'http://app.example.com/bye', 'com.example:/bye', 7, bye],
      };
      const registered = await registering(client).register(metadata);
      expect(registered.body['post_logout_redirect_uris']).toEqual([bye]);
      const id = String(registered.body['client_id']);
      // Nobody vouches for it, and the person is told where they would go.
      for (const words of ['Traveller', 'app.example.com', 'nobody at', 'Do you want to sign out?']) {
        expect(await asked(id, bye)).toContain(words);
      }
      expect(await asked(id, 'http://app.example.com/bye')).toContain('Unknown way back');
      const token = registered.body['registration_access_token'];
      const changed = await registering(client).manage('PUT', registered, token, {
        ...{ ...metadata, post_logout_redirect_uris: null },
        client_id: id,
      });
      expect([changed.status, changed.body['post_logout_redirect_uris']]).toEqual([200, undefined]);
      client.letCachesExpire();
      expect(await asked(id, bye)).toContain('Unknown way back');
    },
  );

  verifies('oidc-rp-logout:3.1:registers', 'is refused a list that is none', async () => {
    const metadata = { client_name: 'Odd', redirect_uris: [hosted], post_logout_redirect_uris: bye };
    const refused = await registering(client).register(metadata);
    expect([refused.status, refused.body]).toMatchObject([400, { error: 'invalid_client_metadata' }]);
    const many = Array.from({ length: 21 }, (_, index) => `${bye}/${index}`);
    const crowded = await registering(client).register({ ...metadata, post_logout_redirect_uris: many });
    expect([crowded.status, crowded.body]).toMatchObject([400, { error: 'invalid_client_metadata' }]);
  });

  verifies('oidc-rp-logout:3.1:registers', 'says so in its metadata document', async () => {
    const host = await startDocumentHost();
    const id = `${host.origin}/client.json`;
    const document = { client_id: id, client_name: 'Paper', redirect_uris: [hosted] };
    host.served.set('/client.json', {
      body: { ...document, post_logout_redirect_uris: ['javascript:x', bye, null] },
    });
    expect(await asked(id, bye)).toContain('Paper');
    expect(await asked(id, 'javascript:x')).toContain('Unknown way back');
    host.stop();
  });

  verifies(
    'oidc-rp-logout:3.1:registers',
    'is declared with it, in the config or by an operator',
    async () => {
      const shown = await client.admin('GET', 'clients/desk');
      expect(shown.body['post_logout_redirect_uris']).toContain('https://desk.example.com/bye');
      const declared = {
        ...{ client_id: 'made', redirect_uris: [hosted], token_endpoint_auth_method: 'none' },
        post_logout_redirect_uris: [bye],
      };
      expect((await client.admin('POST', 'clients', declared)).status).toBe(201);
      expect(await asked('made', bye)).toContain('Do you want to sign out?');
      const bad = { ...declared, client_id: 'bad', post_logout_redirect_uris: ['http://x.example/bye'] };
      expect((await client.admin('POST', 'clients', bad)).body).toMatchObject({
        error_description: expect.stringContaining('post_logout_redirect_uris') as string,
      });
    },
  );
});
