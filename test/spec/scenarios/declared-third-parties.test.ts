import { describe, expect } from 'vitest';
import { egressSecret } from '../../../local/demo/federation-secret.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { playThirdParty } from '../../support/third-parties/play.ts';
import { type Answer, drive } from '../support/driver.ts';
import { declaredNotes, notes, registerNotes } from '../support/notes.ts';
import { eventsSince, pageOf, press, pressLabel } from '../support/people.ts';
import { forThisFile, officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();
const party = forThisFile(() => playThirdParty(notes));
const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
  drive(company).admin(method, path, body);

async function freshly(method: string, path: string, body?: unknown): Promise<Answer> {
  const told = await admin(method, path, body);
  drive(company).letCachesExpire();
  return told;
}

/** The page of the person, after signing in where that is asked. */
async function opened(browser: Browser, path: string): Promise<Page> {
  const first = pageOf(await browser.open(new URL(path, company.issuer)));
  return first.url.origin === company.issuer ? first : pageOf(await press(browser, first, 'alice'));
}

async function connects(browser: Browser): Promise<void> {
  const question = await opened(browser, '/connect/notes?agent=planner');
  expect(question.text).toContain('planner may Read your notes');
  const done = pageOf(await pressLabel(browser, question, 'Connect'));
  expect(done.text).toContain('Notes is connected');
}

describe('a third party that an operator declares over HTTP', () => {
  verifies(
    'vestibule:admin-crud',
    'is added, shown, listed, replaced, disabled and removed, and each of that is in the audit trail',
    async () => {
      const from = company.log.length;
      const added = await admin('POST', 'providers', declaredNotes(party));
      expect([added.status, added.body]).toMatchObject([201, { id: 'notes', state: 'active' }]);
      expect(added.body['managed_by']).toMatchObject({ kind: 'operator' });
      expect((await admin('GET', 'providers/notes')).body).toEqual(added.body);
      const listed = await admin('GET', 'providers');
      expect(listed.text).toContain('"notes"');
      expect(listed.text).toContain('"tracker"');
      const renamed = await admin('PUT', 'providers/notes', declaredNotes(party, { name: 'More notes' }));
      expect([renamed.status, renamed.body['name']]).toEqual([200, 'More notes']);
      expect((await admin('POST', 'providers/notes/disable')).body['state']).toBe('disabled');
      expect((await admin('POST', 'providers/notes/enable')).body['state']).toBe('active');
      expect((await admin('DELETE', 'providers/notes')).status).toBeLessThan(300);
      expect((await admin('GET', 'providers/notes')).status).toBe(404);
      const changes = ['created', 'replaced', 'disabled', 'enabled', 'removed'];
      expect(eventsSince(company, from)).toMatchObject(
        changes.map((change) => ({
          ...{ event: 'registration_changed', change, kind: 'provider', id: 'notes' },
          by: expect.stringContaining('arn:aws:iam::') as unknown,
        })),
      );
    },
  );

  verifies('vestibule:admin-needs-iam', 'is nobody’s to see or to change without a signature', async () => {
    for (const [method, path] of [
      ['GET', '/admin/providers'],
      ['GET', '/admin/providers/tracker'],
      ['POST', '/admin/providers'],
      ['POST', '/admin/providers/tracker/disable'],
      ['DELETE', '/admin/providers/tracker'],
    ] as const) {
      const { status } = await drive(company).send(path, {
        method,
        headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
        ...(method === 'POST' && { body: JSON.stringify(declaredNotes(party)) }),
      });
      expect([method, path, status]).toEqual([method, path, 403]);
    }
    expect((await admin('GET', 'providers/tracker')).body['state']).toBe('active');
    expect((await admin('GET', 'providers/notes')).status).toBe(404);
  });

  verifies(
    'vestibule:admin-validates',
    'is refused in words for what is not sound, and for what is not theirs',
    async () => {
      const { credential } = declaredNotes(party);
      const refusals: readonly (readonly [string, number, object])[] = [
        ['surprise', 400, { surprise: true }],
        ['id', 400, { id: 'not an id' }],
        ['scopes', 400, { scopes: [] }],
        ['api.origins[0]', 400, { api: { origins: ['https://api.example.com/path'] } }],
        ['credential.token_endpoint', 400, { credential: { ...credential, token_endpoint: 'ftp://a' } }],
        [
          'credential.client_authentication',
          400,
          { credential: { ...credential, client_authentication: 'client_secret_post' } },
        ],
        [
          'credential.kind',
          400,
          {
            scopes: [{ name: 'notes:read', rules: [{ methods: ['GET'], path: '/notes/**' }] }],
            credential: { kind: 'api_key', place: 'header', name: 'Authorization', prefix: '' },
          },
        ],
        ['agents[0].agent', 400, { agents: [{ agent: 'nobody', name: 'x', scopes: ['notes:read'] }] }],
        ['already registered', 409, { id: 'tracker' }],
      ];
      for (const [word, status, changes] of refusals) {
        const refused = await admin('POST', 'providers', declaredNotes(party, changes));
        expect([word, refused.status, refused.text]).toEqual([word, status, refused.text]);
        expect(refused.text).toContain(word);
      }
      const replaced = await admin('PUT', 'providers/tracker', declaredNotes(party, { id: 'tracker' }));
      const removed = await admin('DELETE', 'providers/tracker');
      expect([replaced.status, removed.status]).toEqual([409, 409]);
      expect(removed.text).toContain('accounts are connected to it by its id');
      expect((await admin('GET', 'providers/notes')).status).toBe(404);
    },
  );

  verifies('vestibule:admin-crud', 'tells of a secret of the deployment nothing', async () => {
    const secret = await egressSecret(company.run, 'tracker');
    const shown = await admin('GET', 'providers/tracker');
    expect(shown.body).toMatchObject({ id: 'tracker', credential: { client_id: 'vestibule' } });
    for (const { text } of [shown, await admin('GET', 'providers')]) {
      expect(text).not.toMatch(/"client_secret"|"secret"|secretsmanager/);
      expect(text).not.toContain(secret);
    }
  });
});

describe('an account at a third party that an operator declares', () => {
  verifies(
    ['vestibule:connected-accounts', 'vestibule:connection-made-for'],
    'is listed and disconnected by its holder, whatever became of its third party',
    async () => {
      const browser = createBrowser();
      await registerNotes(company);
      expect((await freshly('POST', 'providers', declaredNotes(party))).status).toBe(201);
      expect((await opened(browser, '/account')).text).not.toContain('Notes');
      await connects(browser);
      const listed = await opened(browser, '/account');
      expect(listed.text).toContain('Connected planner may Read your notes');
      const done = pageOf(await pressLabel(browser, listed, 'Disconnect'));
      expect(done.text).toContain('Notes is disconnected: what it gave is revoked there.');
      expect(done.text).not.toContain('may Read your notes');
      expect(party.isGood(party.canaries[0] ?? '')).toBe(false);

      await connects(browser);
      const origins = [party.origin, 'https://elsewhere.example.com'];
      await freshly('PUT', 'providers/notes', declaredNotes(party, { api: { origins } }));
      expect((await opened(browser, '/account')).text).toContain('until you connect it again');
      await connects(browser);
      expect((await opened(browser, '/account')).text).toContain('Connected planner may Read your notes');

      await freshly('DELETE', 'providers/notes');
      const left = await opened(browser, '/account');
      expect(left.text).toContain('notes is not set up here any more');
      const [asked, from] = [party.asked('/revoke'), company.log.length];
      const ended = pageOf(await pressLabel(browser, left, 'Disconnect'));
      expect(ended.text).toContain('Nobody can make sure that it is revoked there');
      expect(ended.text).not.toContain('not set up here any more');
      expect(party.asked('/revoke')).toBe(asked);
      expect(eventsSince(company, from)).toMatchObject([
        { event: 'disconnect_asked', provider: 'notes' },
        { event: 'connection_revoked', provider: 'notes', proof: 'by_hand' },
      ]);
      const written = company.log.join('\n');
      for (const canary of party.canaries) expect(written).not.toContain(canary);
    },
  );
});
