import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedCallerIdentities } from '../../../lambdas/adapters/upstream/caller-identities.ts';
import { guardedDocuments } from '../../../lambdas/adapters/upstream/documents.ts';
import { pinnedGet } from '../../../lambdas/adapters/upstream/pinned-get.ts';
import { providerLook } from '../../../lambdas/adapters/upstream/provider-look.ts';
import { installHostNames } from '../../../local/lambda/worker-names.ts';

/** Public by every rule, and given to nobody. */
const unrouted = '2e00::1';

const hostNames = {
  'inside.example.com': [['10.0.0.1']],
  'own.example.com': [['127.0.0.1']],
  'mixed.example.com': [[unrouted, '10.0.0.1']],
  'mapped.example.com': [['::ffff:127.0.0.1']],
  'rebinding.example.com': [[unrouted], ['127.0.0.1']],
  'silent.example.com': [],
  localhost: [['10.0.0.1']],
};

const here = guardedDocuments({ hosts: 'loopback', maximumBytes: 1_000 });
const outside = guardedDocuments({ hosts: 'public', maximumBytes: 1_000 });
let server: Server;
let port: number;
let connections = 0;
let askTheMachineAgain: () => void;

beforeAll(async () => {
  askTheMachineAgain = installHostNames(hostNames);
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"keys":[]}');
  });
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  askTheMachineAgain();
  server.closeAllConnections();
  server.close();
});

describe('a name of a host', () => {
  it.each(['inside.example.com', 'own.example.com', 'mixed.example.com', 'mapped.example.com'])(
    'leads nowhere that only we can reach: %s',
    async (host) => {
      const refused = { ok: false, refusal: { reason: 'address_not_allowed' } };
      for (const documents of [here, outside]) {
        expect(await documents.fetchJson(`https://${host}:${port}/`)).toEqual(refused);
      }
      expect(connections).toBe(0);
    },
  );

  it('of this machine leads to this machine', async () => {
    const refused = { ok: false, refusal: { reason: 'address_not_allowed' } };
    expect(await here.fetchJson(`http://localhost:${port}/`)).toEqual(refused);
  });

  it('is looked up once: what it leads to afterwards is never reached', async () => {
    const got = await outside.fetchJson(`https://rebinding.example.com:${port}/`);
    expect(got.ok ? '' : got.refusal.reason).toMatch(/^(unreachable|timed_out)$/);
    expect(connections).toBe(0);
  });

  it('that nobody ever answers for holds us up for seconds', async () => {
    const got = await outside.fetchJson('https://silent.example.com/');
    expect(got).toEqual({ ok: false, refusal: { reason: 'timed_out' } });
    const [seen, caller] = await Promise.allSettled([
      providerLook('public')('https://silent.example.com/'),
      guardedCallerIdentities({ hosts: 'public' }).identify({
        ...{ endpoint: 'https://silent.example.com', headers: {} },
      }),
    ]);
    expect(seen).toMatchObject({ value: { kind: 'no_answer', why: 'timed_out' } });
    expect(caller).toMatchObject({ reason: { dependency: 'STS', cause: { message: 'timed_out' } } });
  }, 10_000);

  it('means nothing any more once its addresses are judged', async () => {
    const url = new URL(`http://inside.example.com:${port}/`);
    const got = await pinnedGet({
      ...{ url, addresses: [{ address: '127.0.0.1', family: 4 }] },
      ...{ maximumBytes: 1_000, signal: AbortSignal.timeout(3_000) },
    });
    expect(got).toMatchObject({ ok: true, value: { text: '{"keys":[]}' } });
  });
});
