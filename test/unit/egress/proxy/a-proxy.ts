import { randomBytes } from 'node:crypto';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { dynamoConnections } from '../../../../lambdas/adapters/dynamodb/connections.ts';
import { kmsConnectionSeals } from '../../../../lambdas/adapters/kms/connection-seals.ts';
import { guardedThirdPartyCalls } from '../../../../lambdas/adapters/upstream/third-party-calls.ts';
import type { EgressCaller } from '../../../../lambdas/egress/proxy/caller.ts';
import { egressCalls } from '../../../../lambdas/egress/proxy/egress-call.ts';
import { egressHttpEndpoint } from '../../../../lambdas/http/egress-endpoint.ts';
import type { HttpRequest, HttpResponse } from '../../../../lambdas/http/message.ts';
import type {
  ConnectionBinding,
  ConnectionPlace,
  Connections,
  ConnectionSeals,
  KeptTokens,
  MadeFor,
} from '../../../../lambdas/ports/connections.ts';
import type { Connecting } from '../../../../lambdas/ports/connecting.ts';
import type { EgressProvider, RequestRule } from '../../../../lambdas/ports/egress-providers.ts';
import { systemClock } from '../../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../../lambdas/runtime/events.ts';
import type {
  AgentId,
  ClientId,
  ConnectionId,
  EgressProviderId,
  IdpId,
  Issuer,
  PersonId,
  ResourceUri,
  ScopeName,
} from '../../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../../lambdas/runtime/secret.ts';
import { startTables } from '../../../support/dynamodb.ts';
import { startKms } from '../../adapters/kms-service.ts';
import { aRequest } from '../../http/requests.ts';
import { type Answer, startThirdParty, type ThirdParty } from './a-third-party.ts';

export const issuer = 'https://auth.example' as Issuer;
export const id = 'tracker' as EgressProviderId;
export const now = systemClock();

export interface Cloud {
  readonly party: ThirdParty;
  readonly other: ThirdParty;
  readonly connections: Connections;
  readonly seals: ConnectionSeals;
}

/** Two origins of a third party, and what is kept of accounts there; for the tests of one file. */
export function theCloud(): Cloud {
  let cloud: Cloud;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const [tables, kms] = [await startTables(), await startKms()];
    const [party, other] = [await startThirdParty(), await startThirdParty()];
    const keyArn = (await kms.client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    cloud = {
      ...{ party, other },
      connections: dynamoConnections({ client: tables.client(), table: tables.grants }),
      seals: kmsConnectionSeals({ client: kms.client, keyArn, deployment: 'Vestibule' }),
    };
    stop = async () => {
      for (const each of [party, other, kms]) each.stop();
      await tables.stop();
    };
  });
  beforeEach(() => {
    for (const each of [cloud.party, cloud.other]) {
      each.received.length = 0;
      each.answers = answering(200, '{"fine":true}');
    }
  });
  afterAll(() => stop());
  return {
    get party() {
      return cloud.party;
    },
    get other() {
      return cloud.other;
    },
    get connections() {
      return cloud.connections;
    },
    get seals() {
      return cloud.seals;
    },
  };
}

export function aProvider({ party, other }: Cloud, overrides: Partial<EgressProvider> = {}): EgressProvider {
  return {
    ...{ id, uri: `${issuer}/egress/tracker` as ResourceUri, name: 'Tracker', state: 'active' },
    ...{ managedBy: { kind: 'deployment', deployment: 'Vestibule' }, createdAt: now, updatedAt: now },
    api: {
      origins: [party.origin, other.origin],
      headers: [{ name: 'X-Version', value: '1' }],
      responseHeaders: ['x-total'],
    },
    credential: { kind: 'api_key', place: 'header', name: 'Authorization', prefix: 'token ' },
    scopes: [
      {
        ...{ name: 'issues:delete' as ScopeName, upstream: [] },
        rules: [{ methods: ['DELETE'], path: '/issues/*' }],
      },
    ],
    ...{ agents: [], groups: [] },
    ...overrides,
  };
}

export const rules: readonly RequestRule[] = [
  { methods: ['GET', 'OPTIONS'], path: '/issues/**' },
  { methods: ['GET'], path: '/issues' },
  { methods: ['POST'], path: '/issues', body: [{ pointer: '/private', absent: true }] },
  { methods: ['POST'], path: '/upload' },
];

export interface Connected {
  readonly tokens?: Partial<KeptTokens>;
  readonly secret?: string;
  readonly agent?: string;
  readonly madeFor?: MadeFor;
}

interface Account {
  readonly place: ConnectionPlace;
  readonly binding: ConnectionBinding;
  /** What calls bear. */
  readonly canary: string;
  readonly caller: EgressCaller;
}

/** A person with a connected account, and the agent that calls in their name. */
export async function connected(
  { connections, seals }: Cloud,
  { tokens = {}, secret, agent = 'planner', madeFor = { by: 'deployment' } }: Connected = {},
): Promise<Account> {
  const person = `person.${randomBytes(8).toString('hex')}` as PersonId;
  const place = { provider: id, holder: { kind: 'person', person, idp: 'demo' as IdpId } } as const;
  const binding = { ...place, connection: randomBytes(16).toString('base64url') as ConnectionId };
  const canary = secret ?? `canary-${randomBytes(12).toString('hex')}+/=`;
  const seal = await seals.prepare(binding);
  await connections.connect(
    {
      ...{ ...binding, upstreamScopes: [], facts: [], ...tokens },
      ...{ access: await seal('access', new Secret(canary)), attempt: randomBytes(8).toString('hex') },
      ...{ madeFor, agents: [{ agent: agent as AgentId, scopes: [] }] },
    },
    now,
  );
  const caller: EgressCaller = {
    names: {
      ...{ jti: 'jti-1', clientId: 'planner-client' as ClientId, agentId: 'planner' as AgentId },
      personId: person,
    },
    detail: {
      ...{ type: 'vestibule_egress', provider: id, connection: binding.connection, holder: 'person' },
      ...{ idp: 'demo', rules },
    },
  };
  return { place, binding, canary, caller };
}

interface Given {
  readonly provider?: EgressProvider;
  readonly renew?: Connecting['renew'];
  /** Resolves once the token has been judged. Default: at once. */
  readonly judging?: () => Promise<unknown>;
  readonly maximumBytes?: number;
  readonly timeLimitMilliseconds?: number;
}

type Call = Partial<Omit<HttpRequest, 'body'>> & { readonly body?: string };

/** The endpoint as it is composed, behind the judge of tokens. */
export function proxyFor(
  cloud: Cloud,
  caller: EgressCaller,
  given: Given = {},
): {
  readonly send: (call: Call) => Promise<HttpResponse>;
  readonly audited: AuditEvent[];
} {
  const audited: AuditEvent[] = [];
  const audit = (event: AuditEvent) => audited.push(event);
  const { provider = aProvider(cloud), maximumBytes = 50_000, timeLimitMilliseconds = 5_000 } = given;
  const endpoint = egressHttpEndpoint(
    {
      ...{ issuer, audit },
      judge: async () => {
        await given.judging?.();
        return { ok: true, value: { caller } };
      },
      begin: egressCalls({
        ...{ issuer, audit, clock: systemClock, connections: cloud.connections, seals: cloud.seals },
        providers: {
          find: (wanted) => Promise.resolve(wanted === provider.id ? provider : undefined),
          all: () => Promise.resolve([provider]),
        },
        connecting: { renew: given.renew ?? (() => Promise.reject(new Error('nobody renews it'))) },
        begin: guardedThirdPartyCalls({ hosts: 'loopback', maximumBytes, timeLimitMilliseconds }),
      }),
    },
    systemClock,
  );
  const send = ({ body = '', ...call }: Call) =>
    endpoint(aRequest({ path: '/egress/tracker/issues', ...call, body: Buffer.from(body) }));
  return { send, audited };
}

export function said(response: HttpResponse): string {
  return response.bytes === undefined ? response.body : Buffer.from(response.bytes).toString();
}

export function errorOf(response: HttpResponse): unknown {
  const { error } = JSON.parse(response.body) as { readonly error?: unknown };
  expect(response.headers['vestibule-error']).toBe(error);
  return error;
}

export function answering(
  status: number,
  body = '',
  headers: Readonly<Record<string, string | string[]>> = {},
): Answer {
  return (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
