import { beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { type Driver, drive } from '../support/driver.ts';
import { answerTo, hosted, pageOf, press, requestOf } from '../support/people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();
let operator: Driver;
beforeAll(() => {
  operator = drive(company);
});

async function change(path: string, body: object): Promise<void> {
  const answer = await operator.admin('PUT', path, body);
  expect(answer.status, answer.text).toBe(200);
  operator.letCachesExpire();
}

describe('a yes to what the page showed', () => {
  verifies('vestibule:consent-remembered', 'is none to a client that goes elsewhere by then', async () => {
    const sentTo = (...redirect_uris: readonly string[]) => ({
      ...{ client_id: 'mover', client_name: 'Mover', grant_types: ['authorization_code'] },
      ...{ token_endpoint_auth_method: 'none', redirect_uris },
    });
    await operator.register('clients', sentTo(hosted));
    const browser = createBrowser();
    const page = pageOf(await answerTo(requestOf(company, { client_id: 'mover' }), browser));
    await change('clients/mover', sentTo(hosted, 'https://elsewhere.example.com/callback'));
    const asked = pageOf(await press(browser, page, 'allow'));
    expect([asked.url.origin, asked.text]).toEqual([
      company.issuer,
      expect.stringContaining('If you allow it'),
    ]);
    expect(pageOf(await press(browser, asked, 'allow')).url.origin).toBe(company.idpUrl);
  });

  verifies('vestibule:consent-remembered', 'is none to a scope that came up by then', async () => {
    const withScopes = (...names: readonly string[]) => ({
      ...{ id: 'growing', uri: 'https://growing.example.com/mcp', name: 'Growing' },
      scopes: names.map((name) => ({ name, description: `May ${name}` })),
    });
    await operator.register('resources', withScopes('look'));
    const browser = createBrowser();
    const url = requestOf(company, { resource: 'https://growing.example.com/mcp', scope: undefined });
    const page = pageOf(await answerTo(url, browser));
    expect(page.text).toContain('May look');
    await change('resources/growing', withScopes('look', 'erase'));
    const asked = pageOf(await press(browser, page, 'allow'));
    expect([asked.url.origin, asked.text]).toEqual([company.issuer, expect.stringContaining('May erase')]);
  });
});
