import * as client from 'openid-client';
import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import { openBrowser, type PersonsBrowser, startChromium } from './chromium.ts';
import { connect } from './mcp-client.ts';
import { refresh, refreshTokenOf } from './person-refresh.ts';
import { personsClient } from './persons-client.ts';
import type { Walk } from './walk-context.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const metadata: OAuthClientMetadata = {
  client_name: 'Night shift',
  redirect_uris: [],
  grant_types: [deviceGrant, 'refresh_token'],
  response_types: [],
  token_endpoint_auth_method: 'none',
};

/** A program on a server without a browser: it shows a code, and Alice lets it in from a machine of hers. */
export async function device(walk: Walk): Promise<void> {
  const chromium = await startChromium();
  const polling = new AbortController();
  try {
    await letIn(walk, await openBrowser(chromium), polling.signal);
  } finally {
    polling.abort();
    await chromium.close();
  }
}

async function letIn(walk: Walk, browser: PersonsBrowser, signal: AbortSignal): Promise<void> {
  const { endpoints, report, fetch } = walk;
  const { configuration, begun, waiting, tokens } = await showsACode(walk, signal);
  report.check('as long as nobody has decided, it is told to wait', 'authorization_pending', await waiting);
  await entersTheCode(walk, browser, begun);
  const granted = await tokens;
  report.check('the program on the server has tokens', 'bearer', granted.token_type);

  report.step('The program works in her name, until she takes it back');
  const program = personsClient(metadata, configuration.clientMetadata().client_id);
  program.keep(granted);
  const session = await connect(endpoints.mcp, program.provider, fetch);
  report.check(
    'the tool answers it, and knows for whom it asks',
    /open orders.*asked by person\.[\w-]{43} through dyn_/,
    await session.call('list_orders'),
  );
  await session.close();
  const account = `${endpoints.issuer}/account`;
  report.check('her page lists the program', /Night shift/, await browser.read(account));
  await browser.press(/^Withdraw/, /Night shift/);
  const after = await refresh(walk, { client: program }, refreshTokenOf({ client: program }));
  report.check('what it held has ended', 'invalid_grant', String(after.body['error']));
}

interface Shown {
  readonly configuration: client.Configuration;
  readonly begun: client.DeviceAuthorizationResponse;
  /** What the first poll was told. */
  readonly waiting: Promise<string>;
  readonly tokens: ReturnType<typeof client.pollDeviceAuthorizationGrant>;
}

async function showsACode({ endpoints, report, fetch }: Walk, signal: AbortSignal): Promise<Shown> {
  report.step('A program on a server without a browser needs somebody to sign in');
  const firstPoll = Promise.withResolvers<string>();
  const configuration = await client.dynamicClientRegistration(
    new URL(endpoints.issuer),
    metadata,
    client.None(),
    {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      execute: [client.allowInsecureRequests],
      [client.customFetch]: (url, options) => fetch(url, options as RequestInit),
    },
  );
  configuration[client.customFetch] = async (url, options) => {
    const response = await fetch(url, options as RequestInit);
    if (url === endpoints.endpoints.token) firstPoll.resolve(await errorIn(response));
    return response;
  };
  report.check(
    'it registered itself, without a redirect URI',
    /^dyn_/,
    configuration.clientMetadata().client_id,
  );
  const asked = { resource: endpoints.mcp, scope: 'tools:read offline_access' };
  const begun = await client.initiateDeviceAuthorization(configuration, asked);
  report.check('it shows a code of eight letters', /^[A-Z]{4}-[A-Z]{4}$/, begun.user_code);
  report.note(`To sign in, open ${begun.verification_uri} and enter the code ${begun.user_code}`);
  const tokens = client.pollDeviceAuthorizationGrant(configuration, begun, undefined, { signal });
  // Of a poll that fails while Alice is on her way nobody is to hear but whoever awaits it.
  tokens.catch(() => undefined);
  return { configuration, begun, waiting: firstPoll.promise, tokens };
}

async function errorIn(response: Response): Promise<string> {
  const { error = 'none' } = (await response.clone().json()) as { readonly error?: string };
  return error;
}

async function entersTheCode(
  { report }: Walk,
  browser: PersonsBrowser,
  { verification_uri: page, user_code: userCode }: client.DeviceAuthorizationResponse,
): Promise<void> {
  report.step('Alice opens the page at her own machine, and enters the code');
  report.check('the page asks for a code', /The code that your device shows/, await browser.read(page));
  await browser.fill(/code that your device shows/, userCode);
  const asked = await browser.press(/^Go on$/);
  report.check('it says who is asking', /Night shift/, asked);
  report.check('and warns of codes that somebody sent her', /only if you started this/, asked);
  report.check('then what it may do', /List tools and read/, await browser.press(/^Yes, I started this$/));
  await browser.press(/^Allow$/);
  const done = await browser.press(/^Sign in as alice\b/i);
  report.check('she is done', /You can go back to your device/, done);
}
