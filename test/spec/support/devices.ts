import type { ClientConfig, VestibuleConfig } from '../../../lib/index.ts';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import type { Page } from '../../support/html-page.ts';
import { type Answer, type Driver, drive } from './driver.ts';
import { pageOf, press } from './people.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Clients on devices: of nobody, one that the config vouches for, one with a browser too, and one of an agent that proves itself. */
export const devicesClients: readonly ClientConfig[] = [
  {
    ...{ id: 'terminal', name: 'Terminal', authentication: { method: 'none' } },
    grants: [deviceGrant, 'refresh_token'],
  },
  { id: 'other-terminal', name: 'Other', authentication: { method: 'none' }, grants: [deviceGrant] },
  {
    ...{ id: 'wall', name: 'Wall screen', authentication: { method: 'none' }, consent: 'implied' },
    grants: [deviceGrant],
  },
  {
    ...{ id: 'both', name: 'Both', authentication: { method: 'none' } },
    ...{ redirectUris: ['http://127.0.0.1/callback'], grants: ['authorization_code', deviceGrant] },
  },
  {
    ...{ id: 'robot', name: 'Robot', agent: 'planner', authentication: { method: 'client_secret_basic' } },
    grants: [deviceGrant],
  },
];

export const withDevices = (config: VestibuleConfig): VestibuleConfig => ({
  ...config,
  clients: [...config.clients, ...devicesClients],
});

/** A device that shows a code. */
export interface Begun {
  readonly deviceCode: string;
  readonly userCode: string;
  /** Where the person goes. */
  readonly page: string;
  readonly link: string;
}

export interface Device {
  readonly client: Driver;
  /** The request of the public client `terminal`; `undefined` leaves a parameter out. */
  readonly ask: (
    more?: Readonly<Record<string, string | undefined>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly begin: (more?: Readonly<Record<string, string | undefined>>) => Promise<Begun>;
  readonly poll: (
    deviceCode: string,
    more?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
}

export function deviceAt(company: Company): Device {
  const client = drive(company);
  const ask: Device['ask'] = (more = {}, headers = {}) => {
    const asked: Readonly<Record<string, string | undefined>> = {
      client_id: 'terminal',
      scope: 'tools:read',
      resource: company.mcpUrl,
      ...more,
    };
    const form = Object.entries(asked).filter((one): one is [string, string] => one[1] !== undefined);
    return client.send('/device_authorization', {
      ...{ method: 'POST', headers, body: new URLSearchParams(form) },
    });
  };
  return {
    client,
    ask,
    begin: async (more) => {
      const { status, text, body } = await ask(more);
      if (status !== 200) throw new Error(text);
      return {
        deviceCode: String(body['device_code']),
        userCode: String(body['user_code']),
        page: String(body['verification_uri']),
        link: String(body['verification_uri_complete']),
      };
    },
    poll: (deviceCode, more = {}, headers = {}) =>
      client.token(
        { grant_type: deviceGrant, client_id: 'terminal', device_code: deviceCode, ...more },
        headers,
      ),
  };
}

/** Enters a code at the page; resolves with what is shown then. */
export async function enter(company: Company, userCode: string, browser = createBrowser()): Promise<Page> {
  const page = pageOf(await browser.open(`${company.issuer}/device`));
  return pageOf(await sendCode(browser, page, userCode));
}

export function sendCode(browser: Browser, page: Page, userCode?: string): Promise<Arrival> {
  const [form] = page.forms;
  if (form === undefined) throw new Error(`no form: ${page.text.slice(0, 300)}`);
  const fields = userCode === undefined ? {} : { fields: { user_code: userCode } };
  return browser.press(page, form, form.buttons[0], fields);
}

/** From the code to the identity provider, yes by yes; resolves with the page that asks who it is, or where the way ended. */
export async function upToWho(company: Company, userCode: string, browser: Browser): Promise<Page> {
  const asked = await enter(company, userCode, browser);
  const consent = pageOf(await press(browser, asked, 'allow'));
  if (consent.url.origin !== new URL(company.issuer).origin) return consent;
  return pageOf(await press(browser, consent, 'allow'));
}

/** The whole way of a person who says yes; resolves with the last page. */
export async function approve(
  company: Company,
  userCode: string,
  { user = 'alice', browser = createBrowser() }: { readonly user?: string; readonly browser?: Browser } = {},
): Promise<Page> {
  const who = await upToWho(company, userCode, browser);
  if (who.url.origin === new URL(company.issuer).origin) return who;
  return pageOf(await press(browser, who, user));
}

/** Lets so many seconds pass. */
export function later({ run }: Pick<Company, 'run'>, seconds: number): void {
  run.clock.advance(seconds);
}
