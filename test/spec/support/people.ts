import { createHash } from 'node:crypto';
import type { ClientConfig, VestibuleConfig } from '../../../lib/index.ts';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import { type Company, type CompanyOptions, startCompany } from '../../support/company.ts';
import type { Page } from '../../support/html-page.ts';
import type { Answer, Driver } from './driver.ts';

export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = createHash('sha256').update(verifier).digest('base64url');
export const loopback = 'http://127.0.0.1:43210/callback';
export const hosted = 'https://desk.example.com/callback';
export const app = 'com.example.desk:/callback';

const people = {
  grants: ['authorization_code', 'refresh_token'],
  authentication: { method: 'none' },
} as const;

/** What people use: a client of nobody, one that the config vouches for, and one of an agent. */
export const peoplesClients: readonly ClientConfig[] = [
  { ...people, id: 'desk', name: 'Desk', redirectUris: [hosted, 'http://127.0.0.1/callback', app] },
  { ...people, id: 'house', name: 'House app', consent: 'implied', redirectUris: [hosted] },
  { ...people, id: 'brief', name: 'Brief', grants: ['authorization_code'], redirectUris: [hosted] },
  { ...people, id: 'helper', name: 'Helper', agent: 'planner', redirectUris: [hosted] },
];

/** The example deployment with clients that people use. */
export function startOffice(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
  options: Omit<CompanyOptions, 'change'> = {},
): Promise<Company> {
  return startCompany({
    ...options,
    change: (config) => change({ ...config, clients: [...config.clients, ...peoplesClients] }),
  });
}

type Changes = Readonly<Record<string, string | undefined>>;

/** A flawless request of the client `desk`; `undefined` leaves a parameter out, and `more` is added as it is. */
export function requestOf(company: Company, changes: Changes = {}, more = ''): URL {
  const flawless: Changes = {
    client_id: 'desk',
    redirect_uri: hosted,
    response_type: 'code',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    resource: company.mcpUrl,
    scope: 'tools:read',
    state: 'state-of-desk',
  };
  const fields = Object.entries({ ...flawless, ...changes }).filter(
    (field): field is [string, string] => field[1] !== undefined,
  );
  return new URL(`${company.issuer}/authorize?${new URLSearchParams(fields).toString()}${more}`);
}

/** Where a request is answered without a person: what the client is told, or the page. */
export async function answerTo(url: URL | string, browser: Browser = createBrowser()): Promise<Arrival> {
  return browser.open(url, new URL(hosted));
}

/** What the client is told; fails where the way ended at a page. */
export function toldClient(arrival: Arrival): URLSearchParams {
  if (arrival.kind === 'left') return arrival.url.searchParams;
  throw new Error(`a page: ${arrival.page.status} ${arrival.page.text.slice(0, 300)}`);
}

/** The page where a way ended. */
export function pageOf(arrival: Arrival): Page {
  if (arrival.kind === 'page') return arrival.page;
  throw new Error(`no page: ${arrival.url.href}`);
}

/** Presses a button of our page by its value. */
export function press(
  browser: Browser,
  page: Page,
  value: string,
  client = new URL(hosted),
): Promise<Arrival> {
  const form = page.forms.find(({ buttons }) => buttons.some((button) => button.value === value));
  const button = form?.buttons.find((one) => one.value === value);
  if (form === undefined) throw new Error(`no button ${value}: ${page.text.slice(0, 300)}`);
  return browser.press(page, form, button, { client });
}

/** Sends the form of a page whose only button says so. */
export function pressLabel(browser: Browser, page: Page, label: string): Promise<Arrival> {
  const form = page.forms.find(({ buttons }) => buttons.some((button) => button.label.includes(label)));
  const button = form?.buttons.find((one) => one.label.includes(label));
  if (form === undefined) throw new Error(`no button ${label}: ${page.text.slice(0, 300)}`);
  return browser.press(page, form, button, { client: new URL(hosted) });
}

/** Says yes and stops at the identity provider; resolves with the request that went there. */
export async function upToProvider(browser: Browser, url: URL): Promise<URL> {
  const arrival = await browser.open(url, new URL(hosted));
  if (arrival.kind === 'page' && arrival.page.url.origin === url.origin) {
    await press(browser, arrival.page, 'allow');
  }
  const sent = browser.hops.map((hop) => hop.url).findLast(({ searchParams }) => searchParams.has('nonce'));
  if (sent === undefined) throw new Error(`nothing went upstream from ${JSON.stringify(arrival)}`);
  return sent;
}

/** The whole way, as a person who says yes; resolves with what the client is told. */
export async function signIn(
  url: URL,
  options: { readonly user?: string; readonly browser?: Browser; readonly decision?: 'allow' | 'deny' } = {},
): Promise<URLSearchParams> {
  const { browser = createBrowser(), ...person } = options;
  return (await browser.signIn({ authorizeUrl: url, ...person })).searchParams;
}

/** The token requests of the client `desk`; `more` is laid over them. */
export interface TokensOfDesk {
  readonly redeem: (
    code: string,
    more?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly refresh: (token: unknown, more?: Readonly<Record<string, string>>) => Promise<Answer>;
}

export function deskAt(client: Driver): TokensOfDesk {
  return {
    redeem: (code, more = {}, headers = {}) =>
      client.token(
        {
          ...{ grant_type: 'authorization_code', client_id: 'desk', code, redirect_uri: hosted },
          ...{ code_verifier: verifier, ...more },
        },
        headers,
      ),
    refresh: (token, more = {}) =>
      client.token({
        ...{ grant_type: 'refresh_token', client_id: 'desk', refresh_token: String(token), ...more },
      }),
  };
}

/** The events of the audit trail that were written since `from` lines of the log. */
export function eventsSince(company: Pick<Company, 'log'>, from: number): readonly AuditRecord[] {
  return company.log.slice(from).flatMap((line) => {
    const json = /\{"level".*\}/.exec(line)?.[0];
    const record = (json === undefined ? {} : JSON.parse(json)) as { readonly audit?: AuditRecord };
    // A daily run tells of itself whatever people do.
    return record.audit === undefined || record.audit['event'] === 'signing_key_age' ? [] : [record.audit];
  });
}

type AuditRecord = Readonly<Record<string, unknown>>;

/** Signs in at the identity provider and stops there: the address of the callback, not opened yet. */
export async function upToCallback(browser: Browser, url: URL, user = 'alice'): Promise<URL> {
  const callback = new URL('/callback/demo', url);
  const first = await browser.open(url, callback);
  const asked = first.kind === 'page' && first.page.url.origin === url.origin;
  const there = asked ? await press(browser, first.page, 'allow', callback) : first;
  const back = there.kind === 'page' ? await press(browser, there.page, user, callback) : there;
  if (back.kind === 'left') return back.url;
  throw new Error(`no callback: ${back.page.text.slice(0, 300)}`);
}

/** Ends the session at the identity provider, as far as this browser knows of it. */
export function leaveProvider({ cookies }: Browser): void {
  const ours = cookies.all().filter(({ name }) => /^(__Host-)?vestibule-/.test(name));
  cookies.clear();
  for (const cookie of ours) cookies.plant(cookie);
}
