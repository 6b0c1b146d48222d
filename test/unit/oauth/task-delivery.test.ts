import { describe, expect, it } from 'vitest';
import type { Client } from '../../../lambdas/ports/registry.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import type { AskedTask } from '../../../lambdas/oauth/tasks/asked-task.ts';
import { type Bound, newTask } from '../../../lambdas/oauth/tasks/new-task.ts';
import { aClient, anAgent, now, scopes, uri } from './mothers.ts';

const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:vestibule/tasks/scan';
const asked: AskedTask = {
  purpose: 'Scan',
  resources: [],
  scope: undefined,
  ceiling: undefined,
  heartbeat: undefined,
  delivery: { kind: 'secret', secretArn },
  basis: { kind: 'agent' },
};
const foundation = {
  basis: { kind: 'agent' },
  access: [{ resource: uri('https://mcp.example.com/mcp'), scope: scopes('tools:read') }],
} as const;

/** A task with a secret, where tokens live for so many seconds. */
function opened(tokenSeconds: number, bound: Bound = {}, client: Partial<Client> = {}) {
  const tasks = {
    maximumHours: 8,
    secrets: ['arn:aws:secretsmanager:us-east-1:000000000000:secret:vestibule/*'],
  };
  return newTask({ timing: { tokenSeconds, graceSeconds: 3_600 }, random: systemRandom }, asked, foundation, {
    agent: { client: aClient(client), agent: { ...anAgent(), tasks } },
    bound,
    now,
  });
}

describe('a task whose tokens go into a secret', () => {
  it('is due at once, for it has no first token there', () => {
    expect(opened(900)).toMatchObject({
      value: { task: { dueAt: now, terms: { delivery: { kind: 'secret', secretArn } } } },
    });
  });

  it('is not opened where a token ends before a secret may change again', () => {
    expect(opened(899)).toMatchObject({
      refusal: { why: 'secret_of_short_tokens', description: expect.stringMatching(/: 15$/) as string },
    });
  });

  const key = { jkt: 'thumbprint', jti: 'proof', iat: now };
  it.each([
    ['the key that it was opened with', { key }, {}],
    ['the certificate that it was opened with', { x5t: 'thumbprint' }, {}],
    ['a key of its client', {}, { dpopBound: true }],
    ['a certificate of its client', {}, { certificateBound: true }],
  ] as const)('is not opened where they would be bound to %s', (_, bound, client) => {
    expect(opened(900, bound, client)).toMatchObject({ refusal: { why: 'secret_of_key' } });
  });
});
