import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { drive } from '../support/driver.ts';
import {
  answerTo,
  eventsSince,
  hosted,
  pageOf,
  press,
  pressLabel,
  requestOf,
  leaveProvider,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { registering } from '../support/registering.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

/** The pages of ours that a person saw on the way, by the first words of each. */
async function pagesOf(browser: Browser, url: URL, user = 'alice'): Promise<readonly string[]> {
  const { pages, arrival } = await browser.walk({ authorizeUrl: url, user });
  expect(arrival.kind).toBe('left');
  return pages.filter((page) => page.url.origin === company.issuer).map(({ text }) => text.slice(0, 40));
}

async function signedIn(user = 'alice'): Promise<Browser> {
  const browser = createBrowser();
  await signIn(requestOf(company), { browser, user });
  return browser;
}

describe('a consent', () => {
  verifies('vestibule:consent-remembered', 'is asked again for more, and not for the same', async () => {
    const browser = await signedIn();
    expect(await pagesOf(browser, requestOf(company))).toEqual([]);
    const more = [
      requestOf(company, { scope: 'tools:read tools:write' }),
      requestOf(company, { resource: company.mcpUrl.replace('/mcp', '/agents/analyst'), scope: 'ask' }),
      requestOf(company, { client_id: 'helper' }),
      requestOf(company, { prompt: 'consent' }),
    ];
    for (const url of more) {
      const { text } = pageOf(await answerTo(url, browser));
      expect([url.search, text]).toEqual([url.search, expect.stringContaining('You are signed in as')]);
    }
    expect(pageOf(await answerTo(requestOf(company))).text).toContain('If you allow it, you sign in with');
  });

  verifies('vestibule:consent-remembered', 'is asked again of a client that goes elsewhere', async () => {
    const operator = drive(company);
    const client = {
      ...{ client_id: 'mover', client_name: 'Mover', grant_types: ['authorization_code'] },
      ...{ token_endpoint_auth_method: 'none', redirect_uris: [hosted] },
    };
    await operator.register('clients', client);
    const browser = createBrowser();
    const url = requestOf(company, { client_id: 'mover' });
    expect(await pagesOf(browser, url)).toHaveLength(1);
    expect(await pagesOf(browser, url)).toHaveLength(0);
    const moved = { ...client, redirect_uris: [hosted, 'https://elsewhere.example.com/callback'] };
    expect((await operator.admin('PUT', 'clients/mover', moved)).status).toBe(200);
    operator.letCachesExpire();
    expect(await pagesOf(browser, url)).toHaveLength(1);
  });

  verifies('vestibule:consent-remembered', 'is asked again of a client with other keys', async () => {
    const operator = drive(company);
    const newKey = async () => exportJWK((await generateKeyPair('ES256')).publicKey);
    const [one, other] = [await newKey(), await newKey()];
    const withKeys = (key: JWK) => ({
      ...{ client_id: 'signer', client_name: 'Signer', grant_types: ['authorization_code'] },
      ...{ token_endpoint_auth_method: 'private_key_jwt', redirect_uris: [hosted] },
      jwks: { keys: [key] },
    });
    await operator.register('clients', withKeys(one));
    const browser = createBrowser();
    const url = requestOf(company, { client_id: 'signer' });
    expect(await pagesOf(browser, url)).toHaveLength(1);
    expect(await pagesOf(browser, url)).toHaveLength(0);
    expect((await operator.admin('PUT', 'clients/signer', withKeys(other))).status).toBe(200);
    operator.letCachesExpire();
    expect(await pagesOf(browser, url)).toHaveLength(1);
  });

  verifies(
    'vestibule:consent-remembered',
    'is asked again of a client that changed while the person was at their provider',
    async () => {
      const operator = drive(company);
      for (const [client_id, consent] of [
        ['changing', 'asked'],
        ['trusted', 'implied'],
      ] as const) {
        const sentTo = (...redirect_uris: readonly string[]) => ({
          ...{ client_id, client_name: 'Changing', grant_types: ['authorization_code'], consent },
          ...{ token_endpoint_auth_method: 'none', redirect_uris },
        });
        await operator.register('clients', sentTo(hosted));
        const browser = createBrowser();
        const callback = await upToCallback(browser, requestOf(company, { client_id }));
        const other = 'https://elsewhere.example.com/callback';
        expect((await operator.admin('PUT', `clients/${client_id}`, sentTo(hosted, other))).status).toBe(200);
        operator.letCachesExpire();
        const page = pageOf(await browser.open(callback, new URL(hosted)));
        expect([client_id, page.text]).toEqual([client_id, expect.stringContaining('If you allow it')]);
        expect(toldClient(await press(browser, page, 'allow')).has('code')).toBe(true);
      }
    },
  );

  verifies('vestibule:consent-remembered', 'is asked of somebody else who comes back', async () => {
    await signedIn('bob');
    for (const decision of ['allow', 'deny'] as const) {
      const browser = await signedIn();
      leaveProvider(browser);
      const url = requestOf(company);
      const callback = await upToCallback(browser, url, 'bob');
      const page = pageOf(await browser.open(callback, new URL(hosted)));
      expect(page.text).toContain('You are signed in as bob@example.com');
      // Opened again, it asks the same: what the identity provider sent is used.
      expect(pageOf(await browser.open(callback, new URL(hosted))).text).toContain('bob@example.com');
      const from = company.log.length;
      const answer = toldClient(await press(browser, page, decision));
      const [event] = eventsSince(company, from);
      if (decision === 'deny') expect(answer.get('error')).toBe('access_denied');
      else expect(event).toMatchObject({ event: 'authorization_granted', consent: 'asked' });
      expect(pageOf(await press(browser, page, 'allow')).text).toContain('has been answered already');
    }
  });

  verifies('vestibule:consent-implied', 'is not asked for a client that the config vouches for', async () => {
    expect(await pagesOf(createBrowser(), requestOf(company, { client_id: 'house' }))).toEqual([]);
    expect(await pagesOf(createBrowser(), requestOf(company))).toHaveLength(1);
  });
});

describe('what is granted', () => {
  verifies('vestibule:held-by-roles', 'is what the roles of the person allow', async () => {
    const grantedTo = async (user: string, changes: Readonly<Record<string, string>>) => {
      const from = company.log.length;
      const answer = await signIn(requestOf(company, changes), { user });
      const event = eventsSince(company, from).find((one) => one['event'] === 'authorization_granted');
      return event?.['scope'] ?? `${answer.get('error')}: ${answer.get('error_description')}`;
    };
    const both = { scope: 'openid tools:read tools:write' };
    expect(await grantedTo('alice', both)).toBe('openid tools:read tools:write');
    expect(await grantedTo('bob', both)).toBe('openid tools:read');
    expect(await grantedTo('bob', { scope: 'openid tools:write' })).toMatch(/^access_denied: .*roles/);
    expect(await grantedTo('bob', { client_id: 'helper', scope: 'tools:write tools:read' })).toBe(
      'tools:read',
    );
    expect(await grantedTo('bob', { resource: '', scope: 'openid email' })).toBe('openid email');
  });
});

describe('work while the person is away', () => {
  verifies('oidc:11:offline-access', 'is for clients that are registered to refresh', async () => {
    const asked = { scope: 'tools:read offline_access' };
    const grantedTo = async (client_id: string) => {
      const from = company.log.length;
      await signIn(requestOf(company, { ...asked, client_id }));
      const event = eventsSince(company, from).find((one) => one['event'] === 'authorization_granted');
      return [event?.['scope'], event?.['offline']];
    };
    expect(await grantedTo('brief')).toEqual(['tools:read', false]);
    expect(await grantedTo('desk')).toEqual(['offline_access tools:read', true]);
    expect(pageOf(await answerTo(requestOf(company, asked))).text).toContain('while you are away');
    const brief = pageOf(await answerTo(requestOf(company, { ...asked, client_id: 'brief' })));
    expect(brief.text).not.toContain('while you are away');
  });
});

describe('a request that wants no page', () => {
  verifies('oidc:3.1.2.1:prompt', 'gets none, whatever is missing', async () => {
    const silent = { prompt: 'none' };
    const none = async (browser: Browser, changes: Readonly<Record<string, string>> = {}) =>
      toldClient(await answerTo(requestOf(company, { ...silent, ...changes }), browser));
    const browser = await signedIn();
    expect([...(await none(browser)).keys()]).toContain('code');
    expect((await none(browser, { scope: 'tools:read email' })).get('error')).toBe('consent_required');
    expect((await none(createBrowser())).get('error')).toBe('login_required');
    // Nobody has to be asked here, and nobody is signed in there.
    expect((await none(createBrowser(), { client_id: 'house' })).get('error')).toBe('login_required');
    const bob = createBrowser();
    await upToCallback(bob, requestOf(company, { client_id: 'house' }), 'bob');
    for (const cookie of browser.cookies.all()) {
      if (cookie.name === 'vestibule-session') bob.cookies.plant(cookie);
    }
    // The session is of alice, and the identity provider knows bob.
    expect((await none(bob)).get('error')).toBe('login_required');
  });
});

describe('an identity provider that fails', () => {
  verifies('vestibule:upstream-down', 'leaves the person a page to try again', async () => {
    const browser = createBrowser();
    const asked = pageOf(await answerTo(requestOf(company), browser));
    strike(company, 'lambda:Invoke=down@*');
    const stuck = pageOf(await press(browser, asked, 'allow'));
    expect([stuck.status, stuck.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    const back = stuck.links.find(({ label }) => label.includes('Back to Desk'));
    const told = new URL(back?.href ?? '').searchParams;
    expect(Object.fromEntries(told)).toMatchObject({
      ...{ error: 'temporarily_unavailable', state: 'state-of-desk', iss: company.issuer },
    });
    const still = pageOf(await pressLabel(browser, stuck, 'Try again'));
    expect(still.status).toBe(503);
    mend(company);
    const login = pageOf(await pressLabel(browser, still, 'Try again'));
    expect(login.text).toContain('Sign in as');
    const callback = new URL('/callback/demo', company.issuer);
    const returned = await press(browser, login, 'alice', callback);
    strike(company, 'lambda:Invoke=down@*');
    const lost = pageOf(await browser.open(returned.kind === 'left' ? returned.url : '', new URL(hosted)));
    expect(lost.status).toBe(503);
    mend(company);
    expect(toldClient(await pressLabel(browser, lost, 'Try again')).has('code')).toBe(true);
  });

  verifies('vestibule:upstream-down', 'is told to a client that wants no page', async () => {
    const browser = await signedIn();
    strike(company, 'lambda:Invoke=down@*');
    const answer = toldClient(await answerTo(requestOf(company, { prompt: 'none' }), browser));
    mend(company);
    expect(answer.get('error')).toBe('temporarily_unavailable');
  });

  verifies('vestibule:upstream-down', 'refuses, and the client hears what is for it to hear', async () => {
    const browser = createBrowser();
    const answers: [string, string][] = [
      ['access_denied', 'access_denied'],
      ['unmet_authentication_requirements', 'unmet_authentication_requirements'],
    ];
    for (const [error, told] of answers) {
      const callback = await upToCallback(browser, requestOf(company, { prompt: 'consent' }));
      const state = callback.searchParams.get('state') ?? '';
      const refusal = new URLSearchParams({ error, state, iss: company.idpUrl }).toString();
      const url = `${company.issuer}/callback/demo?${refusal}`;
      expect(toldClient(await browser.open(url, new URL(hosted))).get('error')).toBe(told);
      expect(pageOf(await browser.open(url, new URL(hosted))).text).toContain('has been answered already');
    }
    const callback = await upToCallback(browser, requestOf(company, { prompt: 'consent' }));
    const state = callback.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'server_error', state, iss: company.idpUrl }).toString();
    const stuck = pageOf(await browser.open(`${company.issuer}/callback/demo?${query}`, new URL(hosted)));
    expect(stuck.text).toContain('Try again');
  });
});

/** Registers itself, as an application does that nobody declared. */
async function registered(client_name: string): Promise<string> {
  const answer = await registering(drive(company)).register({ client_name, redirect_uris: [hosted] });
  expect(answer.status).toBe(201);
  return String(answer.body['client_id']);
}

// The last of all: the clock of the deployment leaves that of the identity provider behind.
describe('when time goes by', () => {
  verifies(
    ['vestibule:used-clients-live-on', 'vestibule:consent-remembered'],
    'a client that registered itself lives on once it was used',
    async () => {
      const [used, unused] = [await registered('Used'), await registered('Unused')];
      await signIn(requestOf(company, { client_id: used }));
      const browser = await signedIn();
      company.run.clock.advance(25 * 3_600);
      const asked = pageOf(await answerTo(requestOf(company, { client_id: used })));
      expect([asked.status, asked.text]).toEqual([200, expect.stringContaining('Used')]);
      expect(pageOf(await answerTo(requestOf(company, { client_id: unused }))).status).toBe(400);
      expect(pageOf(await answerTo(requestOf(company), browser)).text).toContain('you sign in with');
    },
  );
});
