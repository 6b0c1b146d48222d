import { describe, expect, it } from 'vitest';
import { isSecretOf } from '../../../lambdas/oauth/client-authentication/client-secret.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aClient, aKeyClient, aStoredSecret } from './mothers.ts';

const two = aClient({
  authentication: {
    method: 'client_secret_post',
    secrets: [aStoredSecret('old', 'first'), aStoredSecret('new', 'second')],
  },
});

describe('a client secret', () => {
  it('is accepted while a rotation keeps two of them', () => {
    expect(isSecretOf(two, new Secret('old'))).toBe(true);
    expect(isSecretOf(two, new Secret('new'))).toBe(true);
  });

  it.each([
    ['of nobody', undefined, 'old'],
    ['that is wrong', two, 'Old'],
    ['that is empty', two, ''],
    [
      'that is empty, of a client without secrets',
      aClient({ authentication: { method: 'client_secret_basic', secrets: [] } }),
      '',
    ],
    ['of a client that signs', aKeyClient([]), ''],
    ['that is the stored digest', two, aStoredSecret('old').digest],
  ])('is refused: one %s', (_what, client, secret) => {
    expect(isSecretOf(client, new Secret(secret))).toBe(false);
  });
});
