import { describe, expect, it, test } from 'vitest';
import { isGranted } from '../../../lambdas/egress/kept-tokens.ts';
import { readAnswer } from '../../../lambdas/egress/read-answer.ts';
import type { AnswerShape } from '../../../lambdas/ports/egress-providers.ts';

function read(status: number, body: object, shape: Partial<AnswerShape> = {}) {
  const answer = { status, contentType: 'application/json', text: JSON.stringify(body) };
  return readAnswer(answer, { facts: [], ...shape }, 'refresh');
}

describe('a refusal', () => {
  test.each([
    ['of a grant that is no more', 400, { error: 'invalid_grant' }, 'lost'],
    ['of GitHub, with status 200', 200, { error: 'bad_refresh_token' }, 'lost'],
    ['of Notion', 400, { object: 'error', status: 400, code: 'invalid_grant' }, 'lost'],
    [
      ...(['of Atlassian', 403] as const),
      { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
      'lost',
    ],
    ['of a client that may not do that', 400, { error: 'unauthorized_client' }, 'ours'],
    ['of our secret', 401, { error: 'invalid_client' }, 'ours'],
    ['without a word', 401, {}, 'ours'],
    [
      'of Google, which wants the person',
      400,
      { error: 'invalid_grant', error_subtype: 'invalid_rapt' },
      'person',
    ],
    [
      ...(['of Entra, which wants a second factor', 400] as const),
      { error: 'invalid_grant', error_description: 'AADSTS50076: Due to a configuration change' },
      'person',
    ],
    ['that asks for interaction', 400, { error: 'interaction_required' }, 'person'],
    ['of a third party that is down, whatever it says', 503, { error: 'invalid_grant' }, 'failed'],
    ['of one that is asked too often', 429, { error: 'invalid_grant' }, 'failed'],
    ['of another kind', 400, { error: 'invalid_request' }, 'failed'],
  ])('%s is told apart', (_what, status, body, kind) => {
    expect(read(status, body)).toMatchObject({ ok: false, refusal: { kind } });
  });

  it('stands where an answer does not say that it is none', () => {
    expect(read(200, { access_token: 'T0' }, { okMember: 'ok' })).toMatchObject({ ok: false });
    expect(read(200, { ok: true, access_token: 'T0' }, { okMember: 'ok' })).toMatchObject({ ok: true });
  });
});

describe('tokens', () => {
  it('that are bound to a key, or that no header can hold, are none', () => {
    expect(read(200, { access_token: 'T0', token_type: 'DPoP' })).toMatchObject({ ok: false });
    expect(read(200, { access_token: 'T0\r\nx: y' })).toMatchObject({ ok: false });
    expect(read(200, { access_token: '' })).toMatchObject({ ok: false });
  });

  it('are taken from where they have to stand, when an account is connected', () => {
    const body = { access_token: 'T0-bot', authed_user: { id: 'U1' } };
    const answer = { status: 200, contentType: 'application/json', text: JSON.stringify(body) };
    const shape = { nested: 'authed_user', facts: [] };
    expect(readAnswer(answer, shape, 'code')).toMatchObject({ ok: false });
    expect(readAnswer(answer, shape, 'refresh')).toMatchObject({ ok: true });
  });

  it('are good for as long as the answer says, or else as is declared', () => {
    const seconds = (body: object, shape: Partial<AnswerShape> = {}) => {
      const given = read(200, { access_token: 'T0', ...body }, shape);
      return given.ok ? given.value.accessSeconds : given.refusal;
    };
    expect(seconds({ expires_in: 60 }, { accessSeconds: 7_200 })).toBe(60);
    expect(seconds({}, { accessSeconds: 7_200 })).toBe(7_200);
    expect(seconds({})).toBeUndefined();
    expect(seconds({ expires_in: 'soon' })).toBeUndefined();
  });

  it('are never among the facts that are kept in the open', () => {
    const facts = [
      { name: 'url', pointer: '/instance_url' },
      { name: 'token', pointer: '/access_token' },
    ];
    const given = read(
      200,
      { access_token: 'T0', instance_url: 'https://acme.my.salesforce.com' },
      { facts },
    );
    expect(given.ok && given.value.facts).toEqual([{ name: 'url', value: 'https://acme.my.salesforce.com' }]);
  });
});

test('a scope is granted by its short name or by its whole one, and by no other', () => {
  const graph = 'https://graph.microsoft.com/Mail.Read';
  expect(isGranted('Mail.Read', [graph])).toBe(true);
  expect(isGranted(graph, ['mail.read'])).toBe(true);
  expect(isGranted(graph, ['https://other.example/Mail.Read'])).toBe(false);
  expect(isGranted('Mail.Read', ['Mail.ReadWrite'])).toBe(false);
});
