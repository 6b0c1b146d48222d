import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { answerTo, app, hosted, loopback, pageOf, requestOf, signIn, toldClient } from '../support/people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

const told = async (...request: [Readonly<Record<string, string | undefined>>?, string?]) =>
  toldClient(await answerTo(requestOf(company, ...request)));
const page = async (...request: [Readonly<Record<string, string | undefined>>?, string?]) =>
  pageOf(await answerTo(requestOf(company, ...request)));

describe('an authorization request', () => {
  verifies('AS-20', 'needs a challenge by S256, of every client', async () => {
    const flaws = [
      { code_challenge: undefined },
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { code_challenge: 'x'.repeat(42) },
      { code_challenge: 'x'.repeat(44) },
      { code_challenge: `${'x'.repeat(42)}+` },
    ];
    for (const client_id of ['desk', 'house', 'helper']) {
      for (const flaw of flaws) {
        const answer = await told({ ...flaw, client_id });
        expect([client_id, flaw, answer.get('error')]).toEqual([client_id, flaw, 'invalid_request']);
        expect(answer.get('state')).toBe('state-of-desk');
      }
    }
  });

  verifies(
    ['rfc6749:4.1.2.1:errors', 'AS-23'],
    'is answered at the redirect URI, by this issuer',
    async () => {
      const refusals: [Readonly<Record<string, string | undefined>>, string, string][] = [
        [{ response_type: undefined }, '', 'invalid_request'],
        [{ response_type: 'token' }, '', 'unsupported_response_type'],
        [{ response_mode: 'fragment' }, '', 'invalid_request'],
        [{ request: 'eyJ' }, '', 'request_not_supported'],
        [{ request_uri: 'https://desk.example.com/r' }, '', 'request_uri_not_supported'],
        [{ registration: '{}' }, '', 'registration_not_supported'],
        [{ prompt: 'none login' }, '', 'invalid_request'],
        [{ max_age: 'soon' }, '', 'invalid_request'],
        [{ scope: 'tools:read  tools:write' }, '', 'invalid_scope'],
        [{}, '&scope=tools%3Aread', 'invalid_request'],
        [{}, '&nonce=&nonce=', 'invalid_request'],
      ];
      for (const [changes, more, error] of refusals) {
        const answer = await told(changes, more);
        expect([changes, answer.get('error'), answer.get('iss')]).toEqual([changes, error, company.issuer]);
        expect(answer.get('error_description')).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
        expect(answer.has('code')).toBe(false);
      }
      expect(
        (await told({ audience: 'x', nonce: '', display: 'page', prompt: '' }, '&state=again')).get('state'),
      ).toBeNull();
    },
  );

  verifies('rfc8707:2:authorization', 'is for one resource', async () => {
    expect((await told({ resource: `${company.mcpUrl}/other` })).get('error')).toBe('invalid_target');
    expect((await told({}, `&resource=${company.mcpUrl}/other`)).get('error')).toBe('invalid_target');
    expect((await told({ resource: undefined })).get('error')).toBe('invalid_target');
    expect((await page({}, `&resource=${company.mcpUrl}`)).text).toContain('Demo MCP server');
  });

  verifies(['AS-21', 'AS-22'], 'sends nobody to what only looks like a registered redirect URI', async () => {
    const nearly = [
      'https://desk.example.com/callback/',
      'https://desk.example.com/Callback',
      'https://DESK.example.com/callback',
      'https://desk.example.com:443/callback',
      'https://desk.example.com/callback?x=1',
      'https://desk.example.com/callback#x',
      'https://desk.example.com%2Fcallback',
      'https://desk.example.com/a/../callback',
      'https://desk.example.com@evil.example.com/callback',
      'https://desk.example.com.evil.example.com/callback',
      'https://evil.example.com/callback',
      'http://desk.example.com/callback',
      'http://127.0.0.1.evil.com/callback',
      'http://127.0.0.1@evil.com/callback',
      'http://127.0.0.1:80@evil.com/callback',
      'http://localhost:43210/callback',
      'http://[::1]:43210/callback',
      'http://127.0.0.1:43210/Callback',
      'http://127.0.0.1:43210/%63allback',
      'http://0x7f000001/callback',
      'com.example.desk:/callback/x',
      'com.example.evil:/callback',
      'javascript:alert(1)',
    ];
    for (const redirect_uri of nearly) {
      // A flaw of the rest changes nothing: it is told to nobody there.
      const shown = await page({ redirect_uri, code_challenge: undefined });
      expect([redirect_uri, shown.status]).toEqual([redirect_uri, 400]);
      expect(shown.text).toContain('redirect_uri');
      expect(shown.links).toEqual([]);
    }
    for (const name of ['client_id', 'redirect_uri']) {
      expect((await page({}, `&${name}=x`)).text).toContain(`${name} more than once`);
    }
    expect((await page({ redirect_uri: undefined })).text).toContain('names no redirect_uri');
    expect((await page({ redirect_uri: loopback })).text).toContain('127.0.0.1:43210');
  });

  verifies('UI-1', 'is put before the person with where it leads', async () => {
    expect((await page()).text).toContain('desk.example.com');
    expect((await page({ redirect_uri: loopback })).text).toContain('Go on only if you began this yourself');
  });

  verifies('IX-34', 'may name scopes that nobody defines, or none', async () => {
    const shown = await page({ scope: 'tools:read admin offline_access' });
    expect(shown.text).toContain('List tools and read');
    expect(shown.text).not.toContain('admin');
    expect((await page({ scope: undefined })).text).toContain('Change things');
    expect((await told({ scope: 'admin' })).get('error')).toBe('invalid_scope');
  });
});

describe('the answer to a person who signed in', () => {
  verifies(['AS-23', 'rfc6749:4.1.2:state'], 'has a code, the issuer, and the state as it came', async () => {
    const state = `vscode://ä?y=${'a /&=%+"'.repeat(250)}`;
    const answer = await signIn(requestOf(company, { state }));
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(company.issuer);
  });

  verifies('AS-21', 'reaches an application on the own machine at the port that it has now', async () => {
    const url = requestOf(company, { redirect_uri: loopback });
    const back = await createBrowser().signIn({ authorizeUrl: url });
    expect(`${back.origin}${back.pathname}`).toBe(loopback);
    expect(back.searchParams.has('code')).toBe(true);
  });

  verifies(
    'IX-33',
    'comes by a 303, and by a link where an application has a scheme of its own',
    async () => {
      const browser = createBrowser();
      await signIn(requestOf(company), { browser });
      const redirects = browser.hops.filter(({ url, location }) => url.origin === company.issuer && location);
      expect(redirects.map(({ status }) => status)).toEqual(redirects.map(() => 303));
      const journey = await createBrowser().walk({ authorizeUrl: requestOf(company, { redirect_uri: app }) });
      const { arrival, pages } = journey;
      expect(arrival.kind === 'left' && arrival.url.href).toMatch(/^com\.example\.desk:\/callback\?code=/);
      expect(pages.at(-1)?.status).toBe(200);
      expect(pages.at(-1)?.text).toContain('Open Desk');
    },
  );

  verifies('UI-4', 'is access_denied where the person says no, and nothing went upstream', async () => {
    const browser = createBrowser();
    const answer = await signIn(requestOf(company), { browser, decision: 'deny' });
    expect([answer.get('error'), answer.get('state')]).toEqual(['access_denied', 'state-of-desk']);
    expect(browser.hops.filter(({ url }) => url.origin !== company.issuer)).toEqual([]);
  });

  verifies(
    'oidc:3.1.2.1:wishes',
    'was asked for as the client wished, and the client stays ours to know',
    async () => {
      const browser = createBrowser();
      const wishes = {
        prompt: 'login consent',
        max_age: '60',
        acr_values: 'a b',
        login_hint: 'alice@example.com',
      };
      const url = requestOf(company, { ...wishes, nonce: 'nonce-of-desk' });
      await browser.walk({ authorizeUrl: url });
      const sent = browser.hops.find((hop) => hop.url.pathname === '/auth')?.url.searchParams;
      expect(Object.fromEntries(sent ?? [])).toMatchObject({ ...wishes, prompt: 'login' });
      expect(sent?.get('code_challenge_method')).toBe('S256');
      expect(sent?.has('resource')).toBe(false);
      for (const [name, value] of url.searchParams) {
        if (['state', 'nonce', 'code_challenge', 'redirect_uri', 'client_id'].includes(name)) {
          expect([name, sent?.get(name)]).not.toEqual([name, value]);
        }
      }
      expect(sent?.get('redirect_uri')).toBe(`${company.issuer}/callback/demo`);
      expect(new URL(hosted).host).toBe('desk.example.com');
    },
  );

  verifies(
    'oidc:3.1.2.1:wishes',
    'comes from the provider’s own page again where they shall sign in anew',
    async () => {
      const browser = createBrowser();
      const providersPages = async (changes: Readonly<Record<string, string>>) => {
        const { arrival, pages } = await browser.walk({ authorizeUrl: requestOf(company, changes) });
        expect(arrival.kind === 'left' && arrival.url.searchParams.has('code')).toBe(true);
        return pages.filter(({ url }) => url.origin !== company.issuer).length;
      };
      const first = await providersPages({});
      expect(first).toBeGreaterThan(0);
      expect(await providersPages({})).toBe(0);
      expect(await providersPages({ prompt: 'login' })).toBe(first);
    },
  );
});
