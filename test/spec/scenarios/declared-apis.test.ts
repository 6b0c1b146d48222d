import { afterEach, beforeAll, describe, expect } from 'vitest';
import { type ApiOffice, filesUri, startApiOffice } from '../support/api-office.ts';
import { basic } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile, mend } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office: ApiOffice = forThisFile(() => startApiOffice({ withoutRoles: true }));
const notesUri = 'https://notes.example.com';
const gateUri = 'https://gate.example.com/mcp';
const notes = {
  ...{ id: 'notes', uri: notesUri, idp: 'demo', strategy: { kind: 'rfc8693', audience: 'files' } },
  scopes: [{ name: 'read', upstream: 'files.read' }],
};
let secret = '';

beforeAll(async () => {
  const { client } = office;
  await client.register('apis', notes);
  await client.register('resources', {
    ...{
      id: 'gate',
      uri: gateUri,
      name: 'Gate',
      clients: 'any',
      scopes: [{ name: 'open', description: 'Open' }],
    },
    delegations: [{ resource: 'notes', scopes: [{ name: 'read', from: ['open'] }] }],
  });
  const server = {
    client_id: 'gate-server',
    resource: 'gate',
    token_endpoint_auth_method: 'client_secret_basic',
  };
  secret = String((await client.register('clients', server))['client_secret']);
});
afterEach(() => {
  office.exchanges.play();
  mend(office.company);
});

/** The server of the gate asks for a token of the API with what alice gave it. */
async function ask(subject: string, target = notesUri) {
  return office.client.send('/token', {
    method: 'POST',
    headers: basic('gate-server', secret),
    body: new URLSearchParams({
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: subject },
      ...{ subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: target },
    }),
  });
}

const subject = (): Promise<string> => office.subject({ resource: gateUri, scope: 'open' });

async function asking(work: () => Promise<unknown>): Promise<number> {
  const before = office.exchanges.requests.length;
  await work();
  return office.exchanges.requests.length - before;
}

async function changed(method: string, path: string, body?: object): Promise<void> {
  const { status, text } = await office.client.admin(method, path, body);
  if (status >= 300) throw new Error(text);
  office.client.letCachesExpire();
}

describe('an API that an operator declared', () => {
  verifies('vestibule:declared-apis', 'is a target as those of the config are, and is shown', async () => {
    const { status, body } = await ask(await subject());
    expect([status, body['scope']]).toEqual([200, 'read']);
    expect(body['access_token']).toMatch(/^api-canary-/);
    expect((await office.client.admin('GET', 'apis/notes')).body).toMatchObject({
      ...{ ...notes, state: 'active', managed_by: { kind: 'operator' } },
    });
    const { body: listed } = await office.client.admin('GET', 'apis');
    expect(listed).toMatchObject({
      apis: [{ id: 'files', managed_by: { kind: 'deployment' } }, { id: 'notes' }],
    });
  });

  verifies(
    'vestibule:declared-apis-count',
    'gives nothing more within 5 seconds of its end, and nothing again that was remembered before',
    async () => {
      const token = await subject();
      expect((await ask(token)).status).toBe(200);
      expect(await asking(() => ask(token))).toBe(0);
      for (const [end, begin] of [
        [() => changed('POST', 'apis/notes/disable'), () => changed('POST', 'apis/notes/enable')],
        [() => changed('DELETE', 'apis/notes'), () => changed('POST', 'apis', notes)],
      ] as const) {
        await end();
        expect(
          await asking(async () => {
            expect(await ask(token)).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
          }),
        ).toBe(0);
        await begin();
        expect(
          await asking(async () => {
            expect((await ask(token)).status).toBe(200);
          }),
        ).toBe(1);
      }
    },
  );

  verifies('vestibule:declared-apis-count', 'is asked for as it was last declared', async () => {
    const token = await subject();
    await ask(token);
    await changed('PUT', 'apis/notes', { ...notes, scopes: [{ name: 'read', upstream: 'files.write' }] });
    expect(await asking(() => ask(token))).toBe(1);
    expect(office.exchanges.requests.at(-1)?.form['scope']).toBe('files.write');
    await changed('PUT', 'apis/notes', notes);
  });

  verifies(
    'vestibule:declared-apis',
    'is asked about once a state, whoever asks for it at that moment',
    async () => {
      const token = await subject();
      const asked = Array.from({ length: 30 }, () => ask(token));
      await office.client.admin('POST', 'apis/notes/disable');
      for (const { status, body } of await Promise.all(asked)) {
        expect([200, 400]).toContain(status);
        if (status === 400) expect(body['error']).toBe('invalid_target');
      }
      office.client.letCachesExpire();
      expect((await ask(token)).status).toBe(400);
      await changed('POST', 'apis/notes/enable');
    },
  );

  verifies(
    'vestibule:declared-apis',
    'is declared, changed and ended from the command line, each on the record',
    async () => {
      const from = office.company.log.length;
      const uri = 'https://mail.example.com';
      const declared = ['--uri', uri, '--idp', 'demo', '--strategy', 'rfc8693', '--with', 'audience=mail'];
      for (const args of [
        ['add', 'mail', ...declared, '--scope', 'read=mail.read', '--scope', 'send'],
        ['replace', 'mail', ...declared, '--scope', 'send'],
        ['disable', 'mail'],
        ['enable', 'mail'],
      ]) {
        const { code, err } = await vestibule(office.company, ['api', ...args]);
        expect([code, err]).toEqual([0, '']);
      }
      const { out } = await vestibule(office.company, ['api', 'list']);
      expect(out).toMatch(/mail +demo +active +https:\/\/mail\.example\.com +rfc8693 +send +arn:aws:/);
      expect((await vestibule(office.company, ['api', 'show', 'mail', '--json'])).out).toContain(
        '"audience": "mail"',
      );
      expect((await vestibule(office.company, ['api', 'remove', 'mail'])).code).toBe(0);
      expect((await vestibule(office.company, ['api', 'show', 'mail'])).err).toContain(
        'there is no api "mail"',
      );
      expect(
        eventsSince(office.company, from).flatMap(({ event, kind, id, change }) =>
          event === 'registration_changed' ? [[kind, id, change]] : [],
        ),
      ).toEqual(
        ['created', 'replaced', 'disabled', 'enabled', 'removed'].map((change) => ['api', 'mail', change]),
      );
    },
  );

  verifies(
    'vestibule:declared-apis',
    'is refused where nobody could get a token of it, in words',
    async () => {
      const own = { ...notes, id: 'other', uri: 'https://elsewhere.example.com' };
      const from = office.company.log.length;
      for (const [declaration, status, field, words] of [
        [{ ...own, idp: 'nobody' }, 400, 'idp', /nobody.*is not a registered identity provider/],
        [{ ...own, strategy: { kind: 'entra-obo' } }, 400, 'strategy.kind', /write one of rfc8693/],
        [
          { ...own, strategy: { kind: 'rfc8693', client_id: 'another' } },
          ...[400, 'strategy.client_id', /a secret, which a deployment alone can hold/],
        ],
        [{ ...own, uri: filesUri }, 409, undefined, /files\.example\.com.*is already registered/],
        [{ ...own, id: 'gate' }, 409, undefined, /"gate" is already registered/],
      ] as const) {
        const { status: told, body } = await office.client.admin('POST', 'apis', declaration);
        expect([told, body['field'], body['error_description']]).toEqual([
          status,
          field,
          expect.stringMatching(words),
        ]);
      }
      const refusals = eventsSince(office.company, from).filter(
        ({ event }) => event === 'registration_refused',
      );
      expect(refusals).toHaveLength(5);
      expect(refusals[0]).toMatchObject({ kind: 'api', change: 'created', reason: 'field_invalid' });
    },
  );
});

describe('an API that a deployment declared', () => {
  verifies('vestibule:declared-apis', 'is for operators to disable, and not to change', async () => {
    const files = { ...notes, id: 'files', uri: filesUri };
    expect(await office.client.admin('PUT', 'apis/files', files)).toMatchObject({
      ...{
        status: 409,
        body: {
          error_description: expect.stringContaining("change it in that deployment's config") as string,
        },
      },
    });
    const token = await office.subject();
    expect((await office.ask(token)).status).toBe(200);
    await changed('POST', 'apis/files/disable');
    expect(await office.ask(token)).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    await changed('POST', 'apis/files/enable');
    expect((await office.ask(token)).status).toBe(200);
  });
});
