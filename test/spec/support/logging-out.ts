import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { type Answer, answer } from './driver.ts';
import { hosted, requestOf } from './people.ts';
import type { PlayedOffice } from './played-office.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Ann, in one session at the identity provider. */
export function ann(session?: string): { readonly person: Claims } {
  return {
    person: { sub: 'ann', name: 'Ann', groups: ['staff'], ...(session !== undefined && { sid: session }) },
  };
}

/** An office whose identity provider tells of logouts. */
export interface LoggingOut {
  /** Instants are whole seconds: what begins in the second of a logout is over with it. */
  readonly nextSecond: () => void;
  readonly send: (token: string | undefined, idp?: string, more?: string) => Promise<Answer>;
  /** The tokens of `desk`, of a sign-in of Ann's in that session. */
  readonly tokensIn: (
    session: string | undefined,
    changes?: Readonly<Record<string, string>>,
    browser?: Browser,
  ) => Promise<Answer['body']>;
  readonly goesOn: (tokens: Answer['body']) => Promise<boolean>;
  /** Whether the consent page comes, which a session with a remembered consent spares. */
  readonly isAsked: (browser: Browser) => Promise<boolean>;
}

export function loggingOutAt(office: PlayedOffice): LoggingOut {
  const nextSecond = (): void => {
    office.company.run.clock.advance(1);
  };
  return {
    nextSecond,
    send: async (token, idp = 'demo', more = '') => {
      const fields = token === undefined ? '' : `logout_token=${encodeURIComponent(token)}`;
      return answer(
        await fetch(`${office.company.issuer}/backchannel-logout/${idp}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `${fields}${more}`,
        }),
      );
    },
    tokensIn: async (session, changes = {}, browser = createBrowser()) => {
      nextSecond();
      office.idp.play(ann(session));
      const redeemed = await office.redeem(await office.code(changes, browser));
      if (redeemed.status !== 200) throw new Error(redeemed.text);
      return redeemed.body;
    },
    goesOn: async (tokens) => (await office.refresh(tokens['refresh_token'])).status === 200,
    isAsked: async (browser) => {
      const arrival = await browser.open(requestOf(office.company), new URL(hosted));
      return arrival.kind === 'page' && arrival.page.url.origin === office.company.issuer;
    },
  };
}
