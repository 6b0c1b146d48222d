import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { Browser } from 'playwright-core';
import { openBrowser, type PersonsBrowser } from './chromium.ts';
import { publishDocument } from './metadata-document.ts';
import { personsClient, type PersonsClient } from './persons-client.ts';
import { listenForRedirect } from './redirect-listener.ts';
import { Surprise } from './report.ts';
import type { Walk } from './walk-context.ts';

/** A person with a browser and an MCP client on their machine. */
export interface AtWork {
  /** What its client calls itself. */
  readonly name: string;
  readonly browser: PersonsBrowser;
  readonly client: PersonsClient;
  /** Signs in where the client sends the person, and hands the code to the client; resolves with the pages on the way. */
  readonly signIn: () => Promise<readonly string[]>;
  /** Lets the client get tokens as far as it can without a person: `REDIRECT` where it needs one. */
  readonly authorize: (scope?: string) => Promise<'AUTHORIZED' | 'REDIRECT'>;
  /** Where the client has its browser sent, to sign the person out and to come back with that state. */
  readonly signOutUrl: (endSession: string, state: string) => string;
  /** What the browser brought last. */
  readonly answer: () => URLSearchParams;
  readonly leave: () => Promise<void>;
}

/**
 * `document`: the client is known by its metadata document; `registration`: it registers. It works with the MCP server, or
 * with the `server` at that URL.
 */
export async function atWork(
  walk: Walk,
  chromium: Browser,
  options: {
    readonly user: string;
    readonly name: string;
    readonly by: 'document' | 'registration';
    readonly server?: string;
  },
): Promise<AtWork> {
  const { endpoints, fetch, report } = walk;
  const listener = await listenForRedirect(report.note);
  const redirectUris = [options.by === 'document' ? 'http://127.0.0.1/callback' : listener.redirectUri];
  const metadata: OAuthClientMetadata & { readonly post_logout_redirect_uris: readonly string[] } = {
    client_name: options.name,
    // RFC 8252 §7.3: the port is whatever the operating system gives.
    redirect_uris: redirectUris,
    post_logout_redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  const document = options.by === 'document' ? await publishDocument(metadata, report.note) : undefined;
  const browser = await openBrowser(chromium);
  const client = personsClient({ ...metadata, redirect_uris: [listener.redirectUri] }, document?.clientId);
  const authorize = (code?: string, scope?: string): Promise<'AUTHORIZED' | 'REDIRECT'> =>
    auth(client.provider, {
      serverUrl: options.server ?? endpoints.mcp,
      fetchFn: fetch,
      ...(code !== undefined && { authorizationCode: code }),
      ...(scope !== undefined && { scope }),
    });
  return {
    name: options.name,
    browser,
    client,
    authorize: (scope) => authorize(undefined, scope),
    signIn: async () => {
      const address = client.authorizationUrl();
      report.note(`→ in Chromium, as ${options.user}: ${address.origin}${address.pathname}`);
      const pages = await browser.signIn(address, options.user);
      for (const page of pages) report.note(`  shows “${page}”`);
      const code = codeIn(listener.answer(), address, endpoints.issuer);
      await authorize(code);
      return pages;
    },
    signOutUrl: (endSession, state) => {
      const hint = client.tokens()?.id_token;
      const parameters = { post_logout_redirect_uri: listener.redirectUri, state };
      const query = new URLSearchParams(
        hint === undefined ? parameters : { ...parameters, id_token_hint: hint },
      );
      return `${endSession}?${query.toString()}`;
    },
    answer: listener.answer,
    leave: async () => {
      await Promise.all([browser.close(), listener.stop(), document?.stop()]);
    },
  };
}

/** RFC 9207 §2.4 and RFC 6749 §4.1.2: an answer of somebody else, or to another question, is none. */
function codeIn(answer: URLSearchParams, address: URL, issuer: string): string {
  const code = answer.get('code');
  if (code === null) throw new Surprise(`the browser came back without a code: ${answer.toString()}`);
  if (answer.get('iss') !== issuer) throw new Surprise('the answer is not from the issuer');
  if (answer.get('state') !== address.searchParams.get('state')) throw new Surprise('the state is another');
  return code;
}
