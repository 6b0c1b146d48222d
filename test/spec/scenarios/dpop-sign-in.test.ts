import { beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { type DpopKey, newDpopKey } from '../../support/dpop-key.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import { deskAt, hosted, requestOf } from '../support/people.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { pushingAt } from '../support/pushing.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();
let client: Driver;
let proving: Proving;
let own: DpopKey;

beforeAll(async () => {
  client = drive(company);
  own = await newDpopKey();
  const headers = basic('planner-client', await company.secretOf('planner-client'));
  const resource = String((await client.admin('GET', 'resources/demo')).body['uri']);
  proving = provingAt(company, client, {
    ...{ key: own, headers, form: { grant_type: 'client_credentials', resource } },
  });
});

/** The code that the client is told once alice has said yes. */
async function codeOf(url: URL): Promise<string> {
  const { arrival } = await createBrowser().walk({ authorizeUrl: url, client: new URL(hosted) });
  if (arrival.kind === 'left') return arrival.url.searchParams.get('code') ?? '';
  throw new Error(`a page: ${arrival.page.text.slice(0, 300)}`);
}

describe('a sign-in that is asked for with a key', () => {
  const links = {
    'sent with the person': () => Promise.resolve(requestOf(company, { dpop_jkt: own.jkt })),
    pushed: () => pushingAt(company).link({ dpop_jkt: own.jkt }),
  };

  for (const [how, link] of Object.entries(links)) {
    verifies('rfc9449:10:code-binding', `ends in a code for that key alone: ${how}`, async () => {
      const code = await codeOf(await link());
      const { redeem } = deskAt(client);
      const unproven = await redeem(code);
      expect([unproven.status, unproven.body['error']]).toEqual([400, 'invalid_dpop_proof']);
      const { status, body } = await redeem(code, {}, { dpop: await proving.proof(own) });
      expect([status, body['token_type']]).toEqual([200, 'DPoP']);
    });
  }
});
