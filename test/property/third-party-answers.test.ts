import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerMembers, memberAt } from '../../lambdas/egress/answer-members.ts';
import { readAnswer } from '../../lambdas/egress/read-answer.ts';
import type { AnswerShape } from '../../lambdas/ports/egress-providers.ts';
import { verifies } from '../spec/verifies.ts';
import { hostile, runs } from './arbitraries.ts';

const shape = fc.record<AnswerShape>(
  {
    nested: fc.constantFrom('authed_user', 'access_token', '__proto__'),
    okMember: fc.constantFrom('ok', 'constructor'),
    accessSeconds: fc.integer({ min: 1, max: 90_000 }),
    facts: fc.array(
      fc.record({
        name: fc.constant('fact'),
        pointer: fc.constantFrom('', '/access_token', '/a~1b/0', '/x'),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['facts'] },
);

const contentType = fc.oneof(
  fc.constantFrom('application/json', 'application/x-www-form-urlencoded; charset=utf-8', 'text/html', ''),
  hostile,
);

/** As tokens are: they have digits or capitals. */
const token = fc
  .array(fc.constantFrom(...Array.from('abcdefABCDEF0123456789-_.')), { minLength: 12, maxLength: 40 })
  .map((letters) => `T0${letters.join('')}`);

const members = fc.dictionary(
  fc.constantFrom(
    ...['access_token', 'refresh_token', 'error', 'error_description', 'expires_in', 'scope', 'ok', 'code'],
    ...['authed_user', 'token_type', 'object', 'x', 'claims', 'error_subtype'],
  ),
  fc.oneof(fc.jsonValue(), token, fc.constantFrom(true, false, 'invalid_grant', '3600', -1, 1e99)),
);

const written = fc.oneof(
  members.map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc
    .dictionary(fc.constantFrom('access_token', 'error', 'ok', 'scope'), token)
    .map((form) => new URLSearchParams(form).toString()),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString()),
  hostile,
);

const answer = fc.record({
  ...{ status: fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 429, 500, 503), contentType },
  text: written,
});

describe('an answer of a third party', () => {
  verifies('vestibule:third-party-answers', 'is tokens or a refusal, whatever it is', () => {
    fc.assert(
      fc.property(answer, shape, fc.constantFrom('code', 'refresh'), (given, as, of) => {
        const read = readAnswer(given, as, of);
        if (!read.ok) expect(read.refusal.error).toMatch(/^[a-z_]{1,149}$|^status_\d{3}$/);
        else expect(read.value.access.reveal()).toMatch(/^[\x21-\x7e]+$/);
      }),
      runs,
    );
  });

  verifies('vestibule:third-party-answers', 'tells none of its tokens, wherever they stand in it', () => {
    const places = fc.constantFrom('error', 'code', 'error_description', 'x', 'access_token', 'ok', 'object');
    fc.assert(
      fc.property(token, token, places, places, members, shape, (secret, given, one, other, rest, as) => {
        // A token that is a word or a number could stand in what is told by chance.
        const told = { ...rest, access_token: given, [one]: secret, [other]: { type: secret, code: secret } };
        const text = JSON.stringify(told);
        for (const status of [200, 400, 500]) {
          const read = readAnswer({ status, contentType: 'application/json', text }, as, 'refresh');
          expect(JSON.stringify(read)).not.toContain(read.ok ? read.value.access.reveal() : secret);
        }
      }),
      runs,
    );
  });

  it('is the same as a form and as JSON, and by either name', () => {
    const texts = fc.record({
      ...{ access_token: token, refresh_token: token, scope: fc.constantFrom('a b', 'a,b', 'a') },
      expires_in: fc.integer({ min: 1, max: 90_000 }).map(String),
    });
    fc.assert(
      fc.property(texts, contentType, (told, type) => {
        const read = [JSON.stringify(told), new URLSearchParams(told).toString()].map((text) =>
          readAnswer({ status: 200, contentType: type, text }, { facts: [] }, 'code'),
        );
        const plain = read.map((each) => each.ok && { ...each.value, access: each.value.access.reveal() });
        expect(plain[0]).toMatchObject({ access: told.access_token, accessSeconds: Number(told.expires_in) });
        expect(plain[1]).toEqual(plain[0]);
      }),
      runs,
    );
  });

  it('has no members that it does not name itself', () => {
    fc.assert(
      fc.property(contentType, written, hostile, (type, text, pointer) => {
        const found = memberAt(answerMembers(type, text), `/${pointer}`);
        expect(typeof found).not.toBe('function');
      }),
      runs,
    );
  });
});
