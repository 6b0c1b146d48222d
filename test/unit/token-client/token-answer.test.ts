import { describe, expect, it } from 'vitest';
import { readTokenAnswer, type TokenAnswer } from '../../../lambdas/token-client/token-answer.ts';

const asked = 1_800_000_000;
const usual = { access_token: 'of-the-issuer', token_type: 'Bearer', expires_in: 900, scope: 'read' };

function read(body: unknown, wanted: 'Bearer' | 'DPoP' = 'Bearer'): Promise<TokenAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readTokenAnswer(new Response(text), { wanted, asked });
}

describe('an answer of a token endpoint', () => {
  it('holds a token, its end, and what it is good for', async () => {
    expect(await read({ ...usual, issued_token_type: 'urn:x' })).toEqual({
      kind: 'issued',
      token: {
        ...{ value: 'of-the-issuer', type: 'Bearer', scope: 'read', issuedType: 'urn:x' },
        expiresAt: asked + 900,
      },
    });
  });

  it.each([
    ['bearer', 'Bearer', 'Bearer'],
    ['dPoP', 'DPoP', 'DPoP'],
    ['N_A', 'Bearer', 'N_A'],
    ['n_a', 'DPoP', 'N_A'],
  ] as const)('is understood however its type is written: %s', async (said, wanted, type) => {
    expect(await read({ ...usual, token_type: said }, wanted)).toMatchObject({ token: { type } });
  });

  it.each([
    ['Bearer', 'DPoP'],
    ['DPoP', 'Bearer'],
    ['mac', 'Bearer'],
    ['constructor', 'Bearer'],
  ] as const)('is of no use as %s where %s was asked', async (said, wanted) => {
    expect(await read({ ...usual, token_type: said }, wanted)).toEqual({
      ...{ kind: 'other_type', type: said.toLowerCase() },
    });
  });

  it.each([
    [undefined, undefined],
    ['900', asked + 900],
    [0, asked],
  ])('lives as long as it says: %j', async (said, expiresAt) => {
    expect(await read({ ...usual, expires_in: said })).toMatchObject({ token: { expiresAt } });
  });

  it.each([
    ...['no JSON', '[]', 'null', '7', '{}'],
    ...[{ access_token: '' }, { access_token: 7 }, { access_token: 'two\nlines' }, { access_token: 'ä' }],
    ...[{ token_type: 7 }, { token_type: undefined }, { expires_in: -1 }, { expires_in: 'soon' }],
    ...[{ expires_in: null }, { expires_in: '' }],
  ])('is no token: %j', async (changes) => {
    const body = typeof changes === 'string' ? changes : { ...usual, ...changes };
    expect(await read(body)).toEqual({ kind: 'no_token' });
  });
});
