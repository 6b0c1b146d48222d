import { describe, expect, it } from 'vitest';
import { bearingOf } from '../../../../lambdas/egress/proxy/bearing.ts';
import { Secret } from '../../../../lambdas/runtime/secret.ts';
import { verifies } from '../../../spec/verifies.ts';

const held = new Secret('k+/= 1');

describe('a call bears its credential', () => {
  it('as a key in a header, after what stands before it there', () => {
    const key = { kind: 'api_key', place: 'header', name: 'X-Api-Key', prefix: 'key ' } as const;
    expect(bearingOf(key, held)).toEqual({
      ...{ headers: { 'x-api-key': 'key k+/= 1' }, query: '', secrets: ['k+/= 1'] },
    });
  });

  it('as a key in the query, encoded', () => {
    const key = { kind: 'api_key', place: 'query', name: 'api key', prefix: '' } as const;
    expect(bearingOf(key, held)).toEqual({
      ...{ headers: {}, query: 'api%20key=k%2B%2F%3D%201', secrets: ['k+/= 1'] },
    });
  });

  verifies(
    'vestibule:egress-credential',
    'as a user and a password, of which neither form may be told',
    () => {
      expect(bearingOf({ kind: 'basic' }, new Secret('ledger:pass:word'))).toEqual({
        headers: { authorization: 'Basic bGVkZ2VyOnBhc3M6d29yZA==' },
        ...{ query: '', secrets: ['ledger:pass:word', 'pass:word'] },
      });
    },
  );

  verifies('vestibule:egress-credential', 'as a token', () => {
    const app = { kind: 'github_app', clientId: 'a', installation: '1', keyArn: 'arn' } as const;
    expect(bearingOf(app, new Secret('ghs_1')).headers).toEqual({ authorization: 'Bearer ghs_1' });
  });
});
