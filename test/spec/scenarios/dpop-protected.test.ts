import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import middy from '@middy/core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Guard } from '../../../lib/index.ts';
import {
  createVerifier,
  type HttpEvent,
  type HttpEventResponse,
  middyMiddleware,
} from '../../../lambdas/resource-server/index.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type DpopKey, newDpopKey, type ProofWish } from '../../support/dpop-key.ts';
import { type Answer, answer, basic, type Driver, drive } from '../support/driver.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

let deployment: TestDeployment;
let client: Driver;
let proving: Proving;
let key: DpopKey;
let buyer: Headers;
let servers: readonly Server[] = [];

beforeAll(async () => {
  deployment = await startDeployment({ app: 'protected-apis' });
  client = drive(deployment);
  key = await newDpopKey();
  buyer = basic('buyer-client', await deployment.secretOf('buyer-client'));
  const form = { grant_type: 'client_credentials', resource: resourceOf('gate') };
  proving = provingAt(deployment, client, { key, form, headers: buyer });
  servers = [await startFunction()];
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await deployment.stop();
});

const originOf = (guard: Guard): string => deployment.run.outputs[guard] ?? '';
const resourceOf = (guard: Guard): string => `${originOf(guard)}${guard === 'gate' ? '/mcp' : ''}`;

async function tokenFor(guard: Guard, by: DpopKey | undefined): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: resourceOf(guard) };
  const { body } = by === undefined ? await client.token(form, buyer) : await proving.token(by, form, buyer);
  return String(body['access_token']);
}

/** A function behind the middy middleware, whose caller makes the events of API Gateway of what comes. */
async function startFunction(): Promise<Server> {
  const verifier = createVerifier({
    ...{ issuer: client.issuer, resource: resourceOf('gate'), scopes: ['orders:read'] },
    ...{ publicUrl: 'https://orders.example.com', now: proving.now },
  });
  const handler = middy((event: HttpEvent): Promise<HttpEventResponse> =>
    Promise.resolve({ statusCode: 200, headers: {}, body: JSON.stringify({ caller: event.auth?.clientId }) }),
  ).use(middyMiddleware<HttpEvent>(verifier));
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const event: HttpEvent = {
      headers: request.headers as Headers,
      ...{ rawPath: decodeURI(pathname), rawQueryString: search.slice(1) },
      requestContext: { http: { method: request.method ?? '' } },
    };
    void handler(event, {}).then(({ statusCode, headers, body }) => {
      response.writeHead(statusCode, headers).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

interface Place {
  readonly resource: Guard;
  /** Where the request goes, and the URL that its client sees. */
  readonly at: () => string;
  readonly seen: () => string;
  /** A refusal of an authorizer is API Gateway's own. */
  readonly refusal: readonly [status: number, challenge: string | undefined];
}

const places: Readonly<Record<string, Place>> = {
  'the gate': {
    resource: 'gate',
    at: () => `${originOf('gate')}/orders`,
    seen: () => `${originOf('gate')}/orders`,
    refusal: [401, 'DPoP'],
  },
  'the authorizer': {
    resource: 'authorizer',
    at: () => `${originOf('authorizer')}/orders`,
    seen: () => `${originOf('authorizer')}/orders`,
    refusal: [403, undefined],
  },
  'a function with the middy middleware': {
    resource: 'gate',
    at: () => `http://127.0.0.1:${(servers[0]?.address() as AddressInfo).port}/orders`,
    seen: () => 'https://orders.example.com/orders',
    refusal: [401, 'DPoP'],
  },
};

describe.each(Object.entries(places))('a bound token at %s', (_name, { resource, at, seen, refusal }) => {
  const call = async (headers: Headers, path = '?page=1'): Promise<Answer> =>
    answer(await fetch(`${at()}${path}`, { headers }));
  const told = ({ status, headers }: Answer): readonly unknown[] => [
    ...[status, headers.get('www-authenticate')?.split(' ')[0]],
  ];
  const presenting = async (token: string, wish: Partial<ProofWish> = {}, by = key): Promise<Headers> => ({
    authorization: `DPoP ${token}`,
    dpop: await by.prove({ method: 'GET', url: seen(), at: proving.now(), accessToken: token, ...wish }),
  });

  verifies(
    'rfc9449:7.1:resources',
    'is good with a proof for this request and this token, once',
    async () => {
      const token = await tokenFor(resource, key);
      const headers = await presenting(token);
      expect((await call(headers)).status).toBe(200);
      expect(told(await call(headers))).toEqual(refusal);
      expect((await call(await presenting(token))).status).toBe(200);
    },
  );

  verifies(
    ['rfc9449:7.1:resources', 'rfc9449:4.3:target', 'rfc9449:4.3:checks'],
    'is refused with a proof of another URL, method, token or key, too old, or of the future',
    async () => {
      const token = await tokenFor(resource, key);
      const other = await tokenFor(resource, key);
      for (const [what, wish, by] of [
        ['another host', { url: 'https://attacker.example.com/orders' }, key],
        ['another path', { url: `${seen()}/more` }, key],
        ['another method', { method: 'POST' }, key],
        ['another token', { accessToken: other }, key],
        ['no token', { accessToken: undefined }, key],
        ['a slow clock', { at: proving.now() - 310 }, key],
        ['a fast clock', { at: proving.now() + 310 }, key],
        ['another key', {}, await newDpopKey()],
      ] as const) {
        const refused = await call(await presenting(token, wish, by));
        expect([what, ...told(refused)]).toEqual([what, ...refusal]);
        if (refusal[0] === 401) expect(refused.headers.get('www-authenticate')).toContain('algs="ES256');
      }
      for (const skew of [-290, 290]) {
        const skewed = await presenting(token, { at: proving.now() + skew });
        expect([skew, (await call(skewed)).status]).toEqual([skew, 200]);
      }
    },
  );

  verifies('rfc9449:7.2:downgrade', 'is refused as Bearer, as is an unbound one as DPoP', async () => {
    const [bound, unbound] = [await tokenFor(resource, key), await tokenFor(resource, undefined)];
    const { dpop = '' } = await presenting(bound);
    expect(told(await call({ authorization: `Bearer ${bound}` }))).toEqual(refusal);
    expect(told(await call({ authorization: `Bearer ${bound}`, dpop }))).toEqual(refusal);
    expect(told(await call({ authorization: `DPoP ${bound}` }))).toEqual(refusal);
    expect(told(await call(await presenting(unbound)))).toEqual(refusal);
    expect((await call({ authorization: `Bearer ${unbound}` })).status).toBe(200);
  });
});

verifies(
  ['rfc9728:2:bound-tokens', 'vestibule:protected-api:metadata'],
  'the metadata on a protected API says what its gate does about proofs',
  async () => {
    const { body } = await answer(
      await fetch(`${originOf('gate')}/.well-known/oauth-protected-resource/mcp`),
    );
    expect(body['dpop_signing_alg_values_supported']).toContain('ES256');
  },
);
