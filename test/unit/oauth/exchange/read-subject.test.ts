import { describe, expect, it } from 'vitest';
import { readSubject } from '../../../../lambdas/oauth/exchange/read-subject.ts';
import { subjectRefused } from '../../../../lambdas/oauth/exchange/refusal.ts';
import type { Subject, SubjectReader } from '../../../../lambdas/oauth/exchange/subject.ts';
import type { GrantContext } from '../../../../lambdas/oauth/grants/grant.ts';
import { toWire } from '../../../../lambdas/oauth/refusal.ts';
import { after } from '../../../../lambdas/runtime/clock.ts';
import { ok } from '../../../../lambdas/runtime/result.ts';
import { now } from '../mothers.ts';

const context = {} as GrantContext;
const aSubject = (id: string): Subject => ({
  ...{ kind: 'agent', id, presentedBy: { audience: 'https://mcp.example.com/mcp' }, scope: { held: [] } },
  ...{ expiresAt: after(now, 900), jtis: ['jti'], holders: [], actors: [] },
});
const reader = (name: string, types: readonly string[]): SubjectReader => ({
  types,
  read: (token, type) => {
    if (token === 'broken') return Promise.resolve(subjectRefused('expired', 'has expired'));
    return Promise.resolve(token.startsWith(name) ? ok(aSubject(`${name} as ${type}`)) : undefined);
  },
});
const readers = [reader('first', ['urn:a']), reader('second', ['urn:a', 'urn:b'])];
const read = (token: string, type: string) => readSubject(readers, { token, type }, context);

describe('the reader of a subject token', () => {
  it('is the one whose token it is, among those of its type', async () => {
    expect(await read('second token', 'urn:a')).toMatchObject({ value: { id: 'second as urn:a' } });
    expect(await read('second token', 'urn:b')).toMatchObject({ value: { id: 'second as urn:b' } });
    expect(await read('first token', 'urn:b')).toMatchObject({ refusal: { why: 'subject_token_unknown' } });
  });

  it('tells which types there are', async () => {
    const outcome = await read('first token', 'urn:c');
    expect(outcome.ok ? undefined : toWire(outcome.refusal)).toMatchObject({
      ...{ status: 400, error: 'invalid_request' },
      description: 'the subject_token_type is not supported; it can be: urn:a urn:b',
    });
  });

  it('is asked no further once one has refused the token', async () => {
    expect(await read('broken', 'urn:a')).toMatchObject({
      refusal: { why: 'expired', description: 'the subject_token has expired' },
    });
  });
});
