import { beforeAll, describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import {
  answerTo,
  deskAt,
  eventsSince,
  hosted,
  pageOf,
  press,
  requestOf,
  toldClient,
  upToProvider,
} from '../support/people.ts';
import { newKeyedClient, type Pushing, pushingAt } from '../support/pushing.ts';
import { registering } from '../support/registering.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile((config) => ({
  ...config,
  limits: { perAddress: { perSecond: 1_000, burst: 5_000 } },
  clients: [
    ...config.clients,
    {
      ...{ id: 'careful', name: 'Careful', redirectUris: [hosted], requirePushedRequests: true },
      authentication: { method: 'client_secret_basic' },
    },
  ],
}));
let client: Driver;
let pushing: Pushing;
let careful: { readonly authorization: string };

beforeAll(async () => {
  client = drive(company);
  pushing = pushingAt(company);
  careful = basic('careful', await company.secretOf('careful'));
});

const asked = 'If you allow it';

/** What a person is shown who opens a link. */
async function shown(url: URL, browser: Browser = createBrowser()): Promise<string> {
  return pageOf(await answerTo(url, browser)).text;
}

/** What the client is told once alice has said yes. */
async function walked(url: URL, browser: Browser = createBrowser()): Promise<URL> {
  const { arrival } = await browser.walk({ authorizeUrl: url, client: new URL(hosted) });
  if (arrival.kind === 'left') return arrival.url;
  throw new Error(`a page: ${arrival.page.text.slice(0, 300)}`);
}

describe('a request that a client pushes', () => {
  verifies(
    ['rfc9126:2.2:answer', 'rfc9126:4:alone', 'rfc9126:2:proven'],
    'signs a person in as the same request would, whatever stands beside its request_uri',
    async () => {
      const pushed = await pushing.push({ state: 'pushed', nonce: 'n-1' });
      expect([pushed.status, pushed.body]).toEqual([
        201,
        {
          request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/) as string,
          expires_in: 90,
        },
      ]);
      expect(pushed.headers.get('cache-control')).toBe('no-store');
      const beside = { redirect_uri: 'https://evil.example.com/', state: 'other', scope: 'tools:write' };
      const from = company.log.length;
      const told = await walked(pushing.linkTo(pushed, beside));
      expect(told.origin + told.pathname).toBe(hosted);
      expect(told.searchParams.get('state')).toBe('pushed');
      expect(eventsSince(company, from)).toContainEqual(
        expect.objectContaining({ event: 'authorization_granted', scope: 'tools:read' }),
      );
      const tokens = await deskAt(client).redeem(told.searchParams.get('code') ?? '');
      expect([tokens.status, tokens.body['scope']]).toEqual([200, 'tools:read']);
    },
  );

  verifies('rfc9126:2:proven', 'is of a client that proved itself', async () => {
    const of = { client_id: 'careful' };
    for (const [headers, more, status, error] of [
      [{}, {}, 401, 'invalid_client'],
      [basic('careful', 'wrong'), {}, 401, 'invalid_client'],
      [careful, { client_id: 'desk' }, 400, 'invalid_request'],
      [{}, { client_id: 'nobody' }, 401, 'invalid_client'],
      [{}, { client_id: undefined }, 401, 'invalid_client'],
    ] as const) {
      const { status: told, body } = await pushing.push({ ...of, ...more }, headers);
      expect([more, told, body['error']]).toEqual([more, status, error]);
    }
    // Its name stands in the header.
    const link = pushing.linkTo(await pushing.push({ client_id: undefined }, careful), of);
    expect(await shown(link)).toContain('Careful');
  });

  verifies('rfc9126:2:proven', 'is of a client by its key, each assertion once', async () => {
    const proof = await newKeyedClient(company, 'keyed');
    for (const aud of ['', '/token', '/par']) {
      const by = await proof(`${client.issuer}${aud}`);
      // What is refused for what it asks has not used the assertion up.
      expect((await pushing.push({ ...by, scope: 'unknown' })).body['error']).toBe('invalid_scope');
      const link = pushing.linkTo(await pushing.push(by), { client_id: 'keyed' });
      expect(await shown(link)).toContain(asked);
      expect((await pushing.push(by)).body).toMatchObject({
        ...{ error: 'invalid_client', error_description: 'the client_assertion was used before' },
      });
    }
    const elsewhere = await proof(`${client.issuer}/introspect`);
    expect((await pushing.push(elsewhere)).status).toBe(401);
    // Whoever asks for tokens names the issuer or the token endpoint.
    const byPar = await proof(`${client.issuer}/par`);
    expect((await client.token({ ...byPar, grant_type: 'authorization_code', code: 'x' })).status).toBe(401);
  });

  verifies('rfc9126:2.1:parameters', 'is no request_uri', async () => {
    const { body } = await pushing.push();
    const { status, body: told } = await pushing.push({ request_uri: String(body['request_uri']) });
    expect([status, told['error']]).toEqual([400, 'invalid_request']);
    expect((await pushing.push({ request: 'a.b.c' })).body['error']).toBe('request_not_supported');
    const repeated = new URLSearchParams(requestOf(company).searchParams);
    repeated.append('scope', 'tools:write');
    expect((await client.send('/par', { method: 'POST', body: repeated })).status).toBe(400);
    expect((await client.get('/par')).status).toBe(405);
    // Elsewhere than here, nobody's request_uri is taken.
    const other = requestOf(company, { request_uri: 'https://desk.example.com/request.jwt' });
    expect(toldClient(await answerTo(other)).get('error')).toBe('request_uri_not_supported');
  });

  verifies('rfc9126:2.3:errors', 'is refused for what the authorization endpoint would refuse', async () => {
    const from = company.log.length;
    for (const [changes, error] of [
      [{ redirect_uri: 'https://evil.example.com/callback' }, 'invalid_request'],
      [{ redirect_uri: undefined }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ code_challenge: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ scope: 'unknown' }, 'invalid_scope'],
      [{ resource: 'https://other.example.com/' }, 'invalid_target'],
      [{ prompt: 'none login' }, 'invalid_request'],
      [{ state: 'x'.repeat(7_000) }, 'invalid_request'],
    ] as const) {
      const { status, body, headers } = await pushing.push(changes);
      expect([changes, status, body['error']]).toEqual([changes, 400, error]);
      expect(headers.get('location')).toBeNull();
    }
    const machine = basic('planner-client', await company.secretOf('planner-client'));
    const { status, body } = await pushing.push({ client_id: 'planner-client' }, machine);
    expect([status, body['error']]).toEqual([400, 'unauthorized_client']);
    expect(eventsSince(company, from)).toHaveLength(10);
    expect(eventsSince(company, from)[5]).toMatchObject({
      ...{ event: 'request_push_refused', reason: 'request_unsound', detail: 'scope_not_available' },
      ...{ clientId: 'desk', error: 'invalid_scope' },
    });
  });
});

describe('a request_uri', () => {
  verifies(
    'vestibule:pushed-once',
    'is of the first of three hundred browsers that bring it at once',
    async () => {
      const url = await pushing.link();
      const browsers = Array.from({ length: 300 }, () => createBrowser());
      const pages = await Promise.all(browsers.map(async (browser) => pageOf(await answerTo(url, browser))));
      const winners = browsers.filter((_, index) => pages[index]?.text.includes(asked));
      expect(winners).toHaveLength(1);
      for (const page of pages) {
        if (!page.text.includes(asked)) expect(page.text).toContain('Opened in another browser');
      }
      const [winner] = winners;
      expect(await shown(url, winner)).toContain(asked);
      expect((await walked(url, winner)).searchParams.has('code')).toBe(true);
    },
    60_000,
  );

  verifies('vestibule:pushed-once', 'may be reloaded until a sign-in began with it', async () => {
    const [url, browser] = [await pushing.link(), createBrowser()];
    expect(await shown(url, browser)).toContain(asked);
    const page = pageOf(await answerTo(url, browser));
    const to = new URL('/callback/demo', company.issuer);
    // A person who presses twice begins two sign-ins, in the one browser that may.
    const [first, second] = [
      await press(browser, page, 'allow', to),
      await press(browser, page, 'allow', to),
    ];
    expect([pageOf(first).text, pageOf(second).text]).toEqual(
      Array(2).fill(expect.stringContaining('Sign in as')),
    );
    expect(await shown(url, browser)).toContain('has begun already');
    expect(await shown(url)).toContain('has begun already');
    const back = await press(browser, pageOf(second), 'alice', to);
    expect(toldClient(await answerTo(back.kind === 'left' ? back.url : '', browser)).has('code')).toBe(true);
  });

  verifies('vestibule:pushed-once', 'is used up where nobody has to be asked, too', async () => {
    const browser = createBrowser();
    const url = await pushing.link({ client_id: 'house' });
    expect((await upToProvider(browser, url)).searchParams.has('nonce')).toBe(true);
    expect(await shown(url, browser)).toContain('has begun already');
  });

  verifies('rfc9126:2.2:answer', 'is of its client, for 90 seconds, and no other text is one', async () => {
    const pushed = await pushing.push();
    const uri = String(pushed.body['request_uri']);
    const unknown = 'did not prepare the sign-in';
    expect(await shown(pushing.linkTo(pushed, { client_id: 'house' }))).toContain(unknown);
    expect(await shown(pushing.linkTo(pushed, { client_id: undefined }))).toContain('names no client_id');
    expect(await shown(pushing.linkTo(pushed, { request_uri: `${uri}x` }))).toContain(unknown);
    expect(await shown(pushing.linkTo(pushed, { request_uri: uri.slice(0, -43) }))).toContain(unknown);
    const twice = pushing.linkTo(pushed);
    twice.search += '&request_uri=urn:x';
    expect(await shown(twice)).toContain('holds request_uri more than once');
    // None of that has used it up.
    const url = pushing.linkTo(pushed);
    const browser = createBrowser();
    expect(await shown(url, browser)).toContain(asked);
    company.run.clock.advance(60);
    const page = pageOf(await answerTo(url, browser));
    expect(page.text).toContain(asked);
    company.run.clock.advance(31);
    expect(await shown(url, browser)).toContain('too much time has passed');
    // The page that was open by then waits as long as any other.
    company.run.clock.advance(300);
    const to = new URL('/callback/demo', company.issuer);
    expect(pageOf(await press(browser, page, 'allow', to)).text).toContain('Sign in as');
    const { status, body } = await client.get(`${url.pathname}${url.search}`, { accept: 'application/json' });
    expect([status, body['error']]).toEqual([400, 'invalid_request_uri']);
  });

  verifies('rfc9126:4:alone', 'leads nowhere once what was pushed is not sound any more', async () => {
    const declared = {
      ...{ client_id: 'fleeting', client_name: 'Fleeting', grant_types: ['authorization_code'] },
      ...{ token_endpoint_auth_method: 'none', redirect_uris: [hosted] },
    };
    await client.register('clients', declared);
    const url = await pushing.link({ client_id: 'fleeting' });
    const moved = { ...declared, redirect_uris: ['https://elsewhere.example.com/callback'] };
    expect((await client.admin('PUT', 'clients/fleeting', moved)).status).toBe(200);
    client.letCachesExpire();
    expect(await shown(url)).toContain('not one that the application registered');
  });
});

describe('a client that is to push its requests', () => {
  verifies(
    'rfc9126:6:client',
    'is told so where it does not, and signs people in where it does',
    async () => {
      const plain = toldClient(await answerTo(requestOf(company, { client_id: 'careful' })));
      expect([plain.get('error'), plain.get('error_description')]).toEqual([
        'invalid_request',
        expect.stringContaining('push this one'),
      ]);
      const url = await pushing.link({ client_id: 'careful' }, careful);
      expect((await walked(url)).searchParams.has('code')).toBe(true);
    },
  );

  verifies('rfc9126:6:client', 'registers so, and may take it back', async () => {
    const metadata = {
      ...{ client_name: 'Strict', redirect_uris: [hosted] },
      ...{ token_endpoint_auth_method: 'client_secret_post', require_pushed_authorization_requests: true },
    };
    const registered = await registering(client).register(metadata);
    expect(registered.body['require_pushed_authorization_requests']).toBe(true);
    const [id, secret] = [registered.body['client_id'], registered.body['client_secret']].map(String);
    const of = { client_id: id };
    const plain = () => answerTo(requestOf(company, of));
    // Nobody vouches for it: the person is asked whether they want to go there with the error.
    expect(pageOf(await plain()).text).toContain('push this one');
    const url = await pushing.link({ ...of, client_secret: secret });
    expect(await shown(url)).toContain(asked);
    const token = registered.body['registration_access_token'];
    const changed = { ...metadata, client_id: id, require_pushed_authorization_requests: false };
    expect((await registering(client).manage('PUT', registered, token, changed)).status).toBe(200);
    client.letCachesExpire();
    expect(pageOf(await plain()).text).toContain(asked);
  });

  verifies(['rfc9126:6:client', 'AS-12'], 'says so in its metadata document', async () => {
    const host = await startDocumentHost();
    const id = `${host.origin}/client.json`;
    const document = { client_id: id, client_name: 'Paper', redirect_uris: [hosted] };
    host.served.set('/client.json', { body: { ...document, require_pushed_authorization_requests: true } });
    const of = { client_id: id };
    // A client that nobody has signed in with yet pushes before anybody does.
    const url = await pushing.link(of);
    expect(await shown(url)).toContain('Paper');
    expect(pageOf(await answerTo(requestOf(company, of))).text).toContain('push this one');
    host.stop();
  });

  verifies('rfc9126:5:metadata', 'finds where, and no client has to', async () => {
    const { body } = await client.get('/.well-known/openid-configuration');
    expect(body).toMatchObject({
      pushed_authorization_request_endpoint: `${client.issuer}/par`,
      require_pushed_authorization_requests: false,
      request_uri_parameter_supported: false,
    });
    expect(await shown(requestOf(company))).toContain(asked);
  });
});

verifies(
  'vestibule:pushed-once',
  'one event tells of each push, and of each link that leads nowhere',
  async () => {
    const from = company.log.length;
    const url = await pushing.link();
    await answerTo(url);
    await answerTo(url);
    expect(eventsSince(company, from)).toEqual([
      expect.objectContaining({ event: 'request_pushed', clientId: 'desk', scope: 'tools:read' }),
      expect.objectContaining({ event: 'authorization_refused', reason: 'pushed_request_elsewhere' }),
    ]);
  },
);
