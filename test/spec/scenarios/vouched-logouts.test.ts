import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { jwtBearer } from '../support/asserted-office.ts';
import { keysAt, startAssertingCompany } from '../support/asserting-company.ts';
import { basic } from '../support/driver.ts';
import { loggingOutAt } from '../support/logging-out.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { signingOutAt } from '../support/signing-out.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

/** An office whose identity provider tells of logouts, and vouches for its people. */
interface VouchingOffice extends PlayedOffice {
  /** A token in the name of Ann that nobody signed in for. */
  readonly vouched: () => Promise<string>;
  readonly counts: (token: string) => Promise<unknown>;
}

async function startVouchingOffice(onLogout: 'sessions' | 'everything'): Promise<VouchingOffice> {
  const port = await steadyPortBlock();
  const company = await startAssertingCompany({
    ...{ port, now: () => office.company.run.clock.now() / 1_000 },
    claims: () => ({
      ...{ iss: office.idp.issuer, sub: 'ann', aud: office.client.issuer, client_id: 'chat' },
      resource: office.company.mcpUrl,
    }),
  });
  const office = await startPlayedOffice({
    idp: { scopes: ['openid', 'profile', 'email', 'groups'], groupsClaim: 'groups', onLogout },
    change: (config) => ({
      ...config,
      clients: [
        ...config.clients,
        {
          ...{ id: 'chat', name: 'Chat', grants: [jwtBearer] },
          authentication: { method: 'client_secret_basic' },
        },
      ],
      trustAnchors: [
        {
          ...{ id: 'company', accepts: ['id_jag'], jwksUri: keysAt(port), subject: { idp: 'demo' } },
          ...{ issuer: config.identityProviders?.[0]?.issuer ?? '', clients: ['chat'] },
          grants: [{ resource: 'demo', scopes: ['tools:read'] }],
        },
      ],
    }),
  });
  const proof = async (id: string) => basic(id, await office.company.secretOf(id));
  return {
    ...office,
    vouched: async () => {
      const form = { grant_type: jwtBearer, assertion: await company.idJag() };
      const { status, text, body } = await office.client.token(form, await proof('chat'));
      if (status !== 200) throw new Error(text);
      return String(body['access_token']);
    },
    counts: async (token) => {
      const asked = { headers: await proof('demo-server'), body: new URLSearchParams({ token }) };
      return (await office.client.send('/introspect', { method: 'POST', ...asked })).body['active'];
    },
    stop: async () => {
      await company.stop();
      await office.stop();
    },
  };
}

const office = forThisFile(() => startVouchingOffice('sessions'));
const strict = forThisFile(() => startVouchingOffice('everything'));

/** Until somebody vouches for Ann again. */
function twoMinutesLater({ company }: PlayedOffice): void {
  company.run.clock.advance(125);
}

describe('what others vouched for in the name of a person who is signed out', () => {
  verifies('vestibule:vouched-logout', 'ends with all their sessions, and not with one', async () => {
    const { send, tokensIn } = loggingOutAt(office);
    await tokensIn('desk');
    const token = await office.vouched();
    expect((await send(await office.idp.logoutToken({ sub: 'ann', sid: 'desk' }))).status).toBe(200);
    expect(await office.counts(token)).toBe(true);
    expect((await send(await office.idp.logoutToken({ sub: 'ann' }))).status).toBe(200);
    expect(await office.counts(token)).toBe(false);
    twoMinutesLater(office);
    expect(await office.counts(await office.vouched())).toBe(true);
  });

  verifies('vestibule:vouched-logout', 'ends with one, where a logout is to end everything', async () => {
    const { send, tokensIn } = loggingOutAt(strict);
    await tokensIn('desk');
    const token = await strict.vouched();
    // Of a session of nobody here it is not known whose it is.
    expect((await send(await strict.idp.logoutToken({ sub: null, sid: 'unknown' }))).status).toBe(200);
    expect(await strict.counts(token)).toBe(true);
    expect((await send(await strict.idp.logoutToken({ sub: null, sid: 'desk' }))).status).toBe(200);
    expect(await strict.counts(token)).toBe(false);
  });

  verifies('vestibule:vouched-logout', 'goes on where one client signs them out in one browser', async () => {
    for (const session of ['here', undefined]) {
      twoMinutesLater(office);
      const browser = createBrowser();
      const { tokensIn, leave, goesOn } = signingOutAt(office);
      const tokens = await tokensIn(browser, session);
      const token = await office.vouched();
      await leave(browser, { id_token_hint: String(tokens['id_token']) }, `${office.idp.issuer}/logout`);
      expect([session, await goesOn(tokens), await office.counts(token)]).toEqual([session, false, true]);
    }
  });
});
