import { describe, expect, it } from 'vitest';
import { isSessionOf } from '../../../lambdas/oauth/client-authentication/aws/prove-caller.ts';

const session = 'arn:aws:sts::123456789012:assumed-role/reporter/i-0abc';

describe('a session that AWS names', () => {
  it.each(['reporter', 'agents/reporter', 'a/b/c/reporter'])(
    'is of the role %s, whatever its path',
    (name) => {
      expect(isSessionOf(`arn:aws:iam::123456789012:role/${name}`, session)).toBe(true);
    },
  );

  it.each([
    ['another role', 'arn:aws:iam::123456789012:role/reporters', session],
    ['another account', 'arn:aws:iam::999999999999:role/reporter', session],
    ['another partition', 'arn:aws-cn:iam::123456789012:role/reporter', session],
    ['roles under a path', 'arn:aws:iam::123456789012:role/reporter/*', session],
    [
      'a role, when it is a user',
      'arn:aws:iam::123456789012:role/reporter',
      'arn:aws:iam::123456789012:user/reporter',
    ],
    [
      'a role, when it is the root',
      'arn:aws:iam::123456789012:role/reporter',
      'arn:aws:iam::123456789012:root',
    ],
    [
      'a role, when it is federated',
      'arn:aws:iam::123456789012:role/reporter',
      'arn:aws:sts::123456789012:federated-user/reporter',
    ],
  ])('is not of %s', (_what, role, caller) => {
    expect(isSessionOf(role, caller)).toBe(false);
  });
});
