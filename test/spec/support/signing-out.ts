import type { VestibuleConfig } from '../../../lib/index.ts';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Answer } from './driver.ts';
import { ann } from './logging-out.ts';
import type { PlayedOffice } from './played-office.ts';

export const bye = 'https://desk.example.com/bye';
export const localBye = 'http://127.0.0.1/bye';
export const appBye = 'com.example.desk:/bye';

/** Desk, and the house app, with somewhere to send people who signed out. */
export function withWaysOut(config: VestibuleConfig): VestibuleConfig {
  const waysOut: Readonly<Record<string, readonly string[]>> = {
    desk: [bye, localBye, appBye],
    house: ['https://house.example.com/bye'],
  };
  return {
    ...config,
    clients: config.clients.map((client) => {
      const postLogoutRedirectUris = waysOut[client.id];
      return postLogoutRedirectUris === undefined ? client : { ...client, postLogoutRedirectUris };
    }),
  };
}

export type LogoutParameters = Readonly<Record<string, string | undefined>>;

/** An office whose clients sign people out. */
export interface SigningOut {
  /** The tokens of a sign-in of Ann's at `desk`, with an id_token, in that browser and session. */
  readonly tokensIn: (
    browser?: Browser,
    session?: string,
    changes?: Readonly<Record<string, string>>,
  ) => Promise<Answer['body']>;
  readonly goesOn: (tokens: Answer['body']) => Promise<boolean>;
  readonly url: (parameters?: LogoutParameters) => URL;
  /** Opens `/logout` with those parameters, and goes as far as `client`. */
  readonly leave: (browser: Browser, parameters?: LogoutParameters, client?: string) => Promise<Arrival>;
  /** The parameters that the identity provider was sent last. */
  readonly sentUpstream: () => Readonly<Record<string, string>> | undefined;
}

export function signingOutAt(office: PlayedOffice): SigningOut {
  const url: SigningOut['url'] = (parameters = {}) => {
    const given = Object.entries(parameters).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return new URL(`/logout?${new URLSearchParams(given).toString()}`, office.company.issuer);
  };
  return {
    url,
    tokensIn: async (browser = createBrowser(), session, changes = {}) => {
      office.company.run.clock.advance(1);
      office.idp.play(ann(session));
      const code = await office.code({ scope: 'openid tools:read', ...changes }, browser);
      const { client_id: client } = changes;
      const redeemed = await office.redeem(code, client === undefined ? {} : { client_id: client });
      if (redeemed.status !== 200) throw new Error(redeemed.text);
      office.company.run.clock.advance(1);
      return redeemed.body;
    },
    goesOn: async (tokens) => (await office.refresh(tokens['refresh_token'])).status === 200,
    leave: (browser, parameters, client = bye) => browser.open(url(parameters), new URL(client)),
    sentUpstream: () => office.idp.requests.findLast(({ path }) => path === '/logout')?.parameters,
  };
}
