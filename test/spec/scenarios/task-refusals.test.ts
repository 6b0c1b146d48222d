import { describe, expect } from 'vitest';
import { at } from '../support/exchanging.ts';
import { eventsSince } from '../support/people.ts';
import { hour, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());
const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:agents/scan';

type Form = Readonly<Record<string, string | undefined>>;

/** What is asked, of the planner for the demo server where nothing else is said, and what is answered. */
const refused: readonly (readonly [
  what: string,
  form: Form | (() => Promise<Form>),
  error: string,
  says: RegExp | string,
  why: string,
  clientId?: string,
])[] = [
  ['without a purpose', { purpose: undefined }, 'invalid_request', /^purpose is missing/, 'purpose_missing'],
  [
    'with a purpose of two lines',
    { purpose: 'a\nb' },
    'invalid_request',
    /words for people/,
    'purpose_not_acceptable',
  ],
  [
    'with a purpose of blanks',
    { purpose: '   ' },
    'invalid_request',
    /words for people/,
    'purpose_not_acceptable',
  ],
  [
    'with a purpose of a page',
    { purpose: 'x'.repeat(257) },
    ...(['invalid_request', /1 to 256/, 'purpose_not_acceptable'] as const),
  ],
  [
    'with a ceiling at once',
    { ceiling: '59' },
    'invalid_request',
    /from 60 on, in: ceiling$/,
    'seconds_not_acceptable',
  ],
  ['with a ceiling in words', { ceiling: '3h' }, 'invalid_request', /in: ceiling$/, 'seconds_not_acceptable'],
  ['with half a second', { ceiling: '60.5' }, 'invalid_request', /in: ceiling$/, 'seconds_not_acceptable'],
  [
    'with a ceiling below zero',
    { ceiling: '-60' },
    'invalid_request',
    /in: ceiling$/,
    'seconds_not_acceptable',
  ],
  [
    'with a ceiling beyond all calendars',
    { ceiling: '9'.repeat(16) },
    ...(['invalid_request', /in: ceiling$/, 'seconds_not_acceptable'] as const),
  ],
  [
    'with a ceiling above policy',
    { ceiling: String(72 * hour + 1) },
    ...(['invalid_request', /^the ceiling is later .*: 259200$/, 'ceiling_above_policy'] as const),
  ],
  [
    'with a heartbeat by the second',
    { heartbeat_interval: '1' },
    ...(['invalid_request', /in: heartbeat_interval$/, 'seconds_not_acceptable'] as const),
  ],
  [
    'delivered by pigeon',
    { delivery: 'pigeon' },
    'invalid_request',
    /: pull events secret$/,
    'delivery_unknown',
  ],
  ['into a secret of no name', { delivery: 'secret' }, 'invalid_request', /come together$/, 'secret_missing'],
  ['pulled, with a secret', { secret_arn: secret }, 'invalid_request', /come together$/, 'secret_missing'],
  [
    'into a secret of somebody else',
    { delivery: 'secret', secret_arn: secret },
    ...(['invalid_request', /are not put into that secret/, 'secret_not_allowed'] as const),
  ],
  [
    'at a resource that is none',
    { resource: 'https://nowhere.example' },
    'invalid_target',
    /is unknown/,
    'resource_not_available',
  ],
  ['at none of several', { resource: undefined }, 'invalid_target', /^name a resource/, 'resource_ambiguous'],
  [
    'with a scope of no meaning',
    { scope: 'tools:fly' },
    'invalid_scope',
    /^the agent may ask for/,
    'scope_not_available',
  ],
  ['with a scope that is none', { scope: 'a  b' }, 'invalid_scope', /malformed/, 'scope_malformed'],
  [
    'with nothing unasked',
    { resource: at.analyst, scope: undefined },
    ...(['invalid_scope', /nothing is granted unasked/, 'scope_empty'] as const),
  ],
  [
    'for a person of no type',
    { subject_token: 'x' },
    'invalid_request',
    /come together$/,
    'subject_token_alone',
  ],
  [
    'for a person by another token',
    { subject_token: 'x', subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
    ...(['invalid_request', /token-type:refresh_token urn/, 'subject_token_type_unknown'] as const),
  ],
  [
    'for a person, below another task',
    async () => ({ ...house.forPerson(await house.letIn()), parent_handle: 'x' }),
    ...(['invalid_request', /works as that one does/, 'several_bases'] as const),
  ],
  [
    'below no task',
    { parent_handle: `${'a'.repeat(22)}.${'b'.repeat(43)}` },
    ...(['invalid_grant', 'the handle is unknown, or of another client or key', 'unknown'] as const),
  ],
  [
    'by an agent without tasks',
    {},
    'unauthorized_client',
    /opens no tasks/,
    'tasks_not_allowed',
    'courier-client',
  ],
  [
    'by a client without an agent',
    {},
    'unauthorized_client',
    /belongs to no agent/,
    'client_without_agent',
    'reports-server',
  ],
  [
    'by a client that acts for people alone',
    {},
    'unauthorized_client',
    /not registered for this/,
    'grant_not_allowed',
    'scan-desk',
  ],
  [
    'without the proof of a client that has a key',
    {},
    'invalid_dpop_proof',
    /send the DPoP header/,
    'dpop_proof_missing',
    'bound-client',
  ],
];

describe('no task is opened', () => {
  for (const [what, asked, error, says, why, clientId = 'planner-client'] of refused) {
    verifies('vestibule:task-refused', what, async () => {
      const form = typeof asked === 'function' ? await asked() : asked;
      const from = house.log.length;
      const { status, body } = await house.open({ resource: house.demo, ...form }, clientId);
      expect([status, body['error'], body['error_description']]).toEqual([
        ...[400, error],
        typeof says === 'string' ? says : expect.stringMatching(says),
      ]);
      const [event, ...others] = eventsSince(house, from) as readonly Readonly<Record<string, unknown>>[];
      expect([others, event?.['asked'], event?.['clientId']]).toEqual([[], 'open', clientId]);
      expect(event?.['detail'] ?? event?.['reason']).toBe(why);
    });
  }

  verifies('vestibule:task-refused', 'with a parameter twice, or at eleven resources', async () => {
    const twice = await house.open([
      ['purpose', 'a'],
      ['purpose', 'b'],
    ]);
    expect([twice.status, twice.body['error']]).toEqual([400, 'invalid_request']);
    const many = Array.from({ length: 11 }, (_, index) => ['resource', `https://${index}.example`] as const);
    const eleven = await house.open([['purpose', 'Scan'], ...many]);
    expect([eleven.status, eleven.body['error']]).toEqual([400, 'invalid_target']);
  });

  verifies('vestibule:task-refused', 'at a resource at which of the scope there is nothing', async () => {
    const { status, body } = await house.open([
      ...([
        ['purpose', 'Scan'],
        ['resource', house.demo],
        ['resource', at.reports],
      ] as const),
      ['scope', 'tools:read'],
    ]);
    expect([status, body['error'], body['error_description']]).toEqual([
      ...[400, 'invalid_scope', `of the scope that is asked for there is nothing at: ${at.reports}`],
    ]);
  });

  verifies('vestibule:task-refused', 'for a caller that proves nobody, nor by a GET', async () => {
    const nobody = await house.client.send('/tasks', {
      ...{ method: 'POST', body: new URLSearchParams({ purpose: 'Scan', client_id: 'planner-client' }) },
    });
    expect([nobody.status, nobody.body['error']]).toEqual([401, 'invalid_client']);
    const got = await house.client.get('/tasks');
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a running task', () => {
  verifies('vestibule:task-refused', 'gives nothing at a resource that it was not opened for', async () => {
    const task = await house.task({ resource: house.demo });
    const { status, body } = await house.ask(task, 'token', { resource: at.reports });
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
    const both = await house.ask(task, 'token', { resource: house.demo });
    expect(both.status).toBe(200);
  });

  verifies(
    'vestibule:task-refused',
    'is asked nothing that there is not, nor by another method',
    async () => {
      const task = await house.task({ resource: house.demo });
      const headers = { ...(await house.as('planner-client')), 'vestibule-task-handle': task.handle };
      expect((await house.client.get(`/tasks/${task.id}/fly`, headers)).status).toBe(404);
      const beat = await house.client.get(`/tasks/${task.id}/heartbeat`, headers);
      expect([beat.status, beat.headers.get('allow')]).toEqual([405, 'POST']);
      const removed = await house.client.send(`/tasks/${task.id}`, { method: 'DELETE', headers });
      expect([removed.status, removed.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    },
  );

  verifies(
    'vestibule:task-refused',
    'is asked with one handle, in one place and never in the URL',
    async () => {
      const task = await house.task({ resource: house.demo });
      const as = await house.as('planner-client');
      const inUrl = await house.client.get(`/tasks/${task.id}/token?handle=${task.handle}`, as);
      expect([inUrl.status, inUrl.body['error_description']]).toEqual([
        400,
        expect.stringMatching(/^the handle is missing/),
      ]);
      const twice = await house.client.send(`/tasks/${task.id}/token`, {
        ...{ method: 'POST', headers: { ...as, 'vestibule-task-handle': task.handle } },
        body: new URLSearchParams({ handle: task.handle }),
      });
      expect([twice.status, twice.body['error_description']]).toEqual([400, 'send one handle, in one place']);
    },
  );
});
