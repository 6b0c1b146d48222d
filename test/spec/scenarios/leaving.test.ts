import { afterAll, beforeAll, describe, expect } from 'vitest';
import { listen } from '../../../local/demo/http.ts';
import { type Arrival, createBrowser } from '../../support/browser-player.ts';
import { drive } from '../support/driver.ts';
import {
  answerTo,
  app,
  eventsSince,
  hosted,
  loopback,
  pageOf,
  press,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { registering } from '../support/registering.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const documentPath = '/client.json';
const redirect_uris = [hosted, 'http://127.0.0.1/callback', app];

let documents: Awaited<ReturnType<typeof listen>>;
/** Clients that nobody here vouches for, by how they introduced themselves. */
let strangers: readonly (readonly [string, string])[];
/** A metadata document of a host that the config lists. */
let listed: string;

beforeAll(async () => {
  documents = await listen(
    0,
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const client_id = `http://${request.headers.host ?? ''}${documentPath}`;
      response.end(JSON.stringify({ client_id, client_name: 'Paper', redirect_uris }));
      return Promise.resolve();
    },
    (line) => {
      throw new Error(line);
    },
  );
});
afterAll(() => documents.stop());
const company = officeForThisFile((config) => ({
  ...config,
  clientMetadataDocuments: { curated: [{ host: `localhost:${documents.port}` }] },
  registration: { customRedirectUris: [app] },
}));
beforeAll(async () => {
  const { body } = await registering(drive(company)).register({ client_name: 'Stranger', redirect_uris });
  strangers = [
    ['that registered itself', String(body['client_id'])],
    ['that is a metadata document', `http://127.0.0.1:${documents.port}${documentPath}`],
  ];
  listed = `http://localhost:${documents.port}${documentPath}`;
});

/** Everything that a request can be refused for once its redirect URI is verified, and no person has done anything. */
const refusals: readonly (readonly [error: string, changes: Readonly<Record<string, string | undefined>>])[] =
  [
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_scope', { scope: 'admin' }],
    ['invalid_target', { resource: 'https://elsewhere.example.com' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['login_required', { prompt: 'none' }],
  ];

/** What a link of a page would tell the client. */
function offered(arrival: Arrival): { readonly href: URL; readonly text: string } {
  const page = pageOf(arrival);
  const link = page.links.find(({ href }) => href.startsWith(hosted));
  if (link === undefined) throw new Error(`no link to the client: ${page.text}`);
  return { href: new URL(link.href), text: page.text };
}

describe('a client that nobody vouches for', () => {
  verifies('AS-22:strangers', 'is told nothing until the person goes there of their own', async () => {
    for (const [kind, client_id] of strangers) {
      for (const [error, changes] of refusals) {
        const from = company.log.length;
        const { href, text } = offered(await answerTo(requestOf(company, { client_id, ...changes })));
        expect([kind, Object.fromEntries(href.searchParams)]).toEqual([
          kind,
          {
            error,
            error_description: expect.any(String) as string,
            ...{ state: 'state-of-desk', iss: company.issuer },
          },
        ]);
        expect(text).toContain(error);
        expect(text).toContain('From here you would go to desk.example.com');
        expect(eventsSince(company, from).map(({ event }) => event)).toEqual(['authorization_refused']);
      }
    }
  });

  verifies('AS-22:strangers', 'is no place to be sent to for a no', async () => {
    for (const [, client_id] of strangers) {
      const browser = createBrowser();
      const page = pageOf(await answerTo(requestOf(company, { client_id }), browser));
      const { href } = offered(await press(browser, page, 'deny'));
      expect(href.searchParams.get('error')).toBe('access_denied');
    }
  });

  verifies('AS-22:strangers', 'gets the person back who said yes to it, now or earlier', async () => {
    const outcomes: string[] = [];
    for (const [, client_id] of strangers) {
      const url = requestOf(company, { client_id });
      const browser = createBrowser();
      const callback = await upToCallback(browser, url);
      const query = { error: 'access_denied', state: callback.searchParams.get('state') ?? '' };
      const said = new URLSearchParams({ ...query, iss: company.idpUrl }).toString();
      const back = await browser.open(`${company.issuer}/callback/demo?${said}`, new URL(hosted));
      outcomes.push(toldClient(back).get('error') ?? '');
      await signIn(url, { browser });
      const silent = await answerTo(requestOf(company, { client_id, prompt: 'none' }), browser);
      expect(toldClient(silent).has('code')).toBe(true);
    }
    expect(outcomes).toEqual(['access_denied', 'access_denied']);
  });

  verifies('AS-22:strangers', 'is told at once where it waits on the own machine', async () => {
    for (const [, client_id] of strangers) {
      const url = requestOf(company, { client_id, redirect_uri: loopback, scope: 'admin' });
      const arrival = await createBrowser().open(url, new URL(loopback));
      expect(toldClient(arrival).get('error')).toBe('invalid_scope');
      const inApp = requestOf(company, { client_id, redirect_uri: app, scope: 'admin' });
      expect(pageOf(await createBrowser().open(inApp)).text).toContain('Your browser may ask');
    }
  });
});

describe('a client that somebody vouches for', () => {
  verifies('AS-22:strangers', 'is told at once', async () => {
    for (const client_id of ['desk', listed]) {
      for (const [error, changes] of refusals) {
        const arrival = await answerTo(requestOf(company, { client_id, ...changes }));
        expect([client_id, toldClient(arrival).get('error')]).toEqual([client_id, error]);
      }
      const browser = createBrowser();
      const page = pageOf(await answerTo(requestOf(company, { client_id }), browser));
      expect(toldClient(await press(browser, page, 'deny')).get('error')).toBe('access_denied');
    }
  });
});
