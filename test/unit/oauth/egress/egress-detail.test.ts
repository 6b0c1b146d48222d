import { describe, expect, it } from 'vitest';
import { introspectionMembers } from '../../../../lambdas/oauth/introspection/introspection-answer.ts';
import type { EgressDetail } from '../../../../lambdas/ports/egress-token.ts';
import type { ConnectionId, EgressProviderId } from '../../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../../lambdas/runtime/secret.ts';
import { verifies } from '../../../spec/verifies.ts';
import { aToken, aTokenJudge, theClaims } from '../a-token-judge.ts';
import { now, theSecret } from '../mothers.ts';

const detail: EgressDetail = {
  type: 'vestibule_egress',
  provider: 'github' as EgressProviderId,
  connection: 'c'.repeat(22) as ConnectionId,
  holder: 'person',
  idp: 'entra',
  rules: [
    { methods: ['GET'], path: '/repos/*/*/issues' },
    {
      ...{ methods: ['POST'], path: '/graphql', origin: 'https://api.github.com' },
      body: [
        { graphql: 'query' },
        { pointer: '/state', oneOf: ['open', 1, true] },
        { pointer: '/x', absent: true },
      ],
    },
  ],
};

async function told(details: unknown): Promise<unknown> {
  const outcome = await aTokenJudge().introspect(
    {
      parameters: {
        values: new Map([['token', await aToken({ authorization_details: details })]]),
        resources: [],
      },
      authorization: { kind: 'basic', clientId: 'demo-server', secret: new Secret(theSecret) },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    now,
  );
  return outcome.ok ? introspectionMembers(outcome.value) : outcome.refusal.reason;
}

describe('what a token for the proxy says of it', () => {
  verifies('rfc9396:9.1:egress-detail', 'is told to whoever introspects it, to the last member', async () => {
    expect(await told([detail])).toEqual({
      ...{ ...theClaims, active: true, token_type: 'Bearer' },
      authorization_details: [detail],
    });
  });

  const group = { ...detail, holder: 'group', group: 'triage', idp: undefined };
  it.each([
    ['a group', JSON.parse(JSON.stringify(group)) as object],
    [
      'the deployment',
      JSON.parse(JSON.stringify({ ...detail, holder: 'service', idp: undefined })) as object,
    ],
  ])('may be the account of %s', async (_whose, said) => {
    expect(await told([said])).toMatchObject({ active: true, authorization_details: [said] });
  });

  const [rule] = detail.rules;
  it.each<[string, unknown]>([
    ['is no list', detail],
    ['says nothing', []],
    ['has two details', [detail, detail]],
    ['is of another type', [{ ...detail, type: 'payment_initiation' }]],
    ['names no provider', [{ ...detail, provider: '' }]],
    ['names no connection', [{ ...detail, connection: undefined }]],
    ['allows nothing', [{ ...detail, rules: [] }]],
    ['has a member that nobody knows', [{ ...detail, actions: ['write'] }]],
    ['is of a person of nowhere', [{ ...detail, idp: undefined }]],
    ['is of a person and of a group', [{ ...detail, group: 'triage' }]],
    ['is of a group without a name', [{ ...detail, holder: 'group', idp: undefined }]],
    ['has a rule that asks for what nobody knows', [{ ...detail, rules: [{ ...rule, query: 'q' }] }]],
    ['has a rule without a method', [{ ...detail, rules: [{ ...rule, methods: [] }] }]],
    [
      'has a body rule that asks for nothing',
      [{ ...detail, rules: [{ ...rule, body: [{ pointer: '/x' }] }] }],
    ],
    [
      'has a body rule that asks for two things',
      [{ ...detail, rules: [{ ...rule, body: [{ pointer: '/x', absent: true, oneOf: ['a'] }] }] }],
    ],
  ])('makes it no token of ours where it %s', async (_what, details) => {
    expect(await told(details)).toEqual({ active: false });
  });
});
