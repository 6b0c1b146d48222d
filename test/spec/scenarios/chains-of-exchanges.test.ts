import { describe, expect } from 'vitest';
import {
  createExchanger,
  createVerifier,
  type ExchangeError,
} from '../../../lambdas/resource-server/index.ts';
import { at, type Exchanging, startExchanging } from '../support/exchanging.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const run: Exchanging = forThisFile(() => startExchanging());

/** Alice's token for the planner, the planner's for the analyst, the analyst's for the reports, theirs for the ledger. */
type Chain = readonly [planner: string, analyst: string, reports: string, ledger: string];

async function newChain(): Promise<{ readonly chain: Chain; readonly refreshToken: string }> {
  const code = await run.granting.code({ clientId: 'desk', resource: at.planner, scope: ['plan'] });
  const { body } = await run.granting.redeem(code, 'desk');
  const planner = String(body['access_token']);
  const analyst = await run.exchanged('planner-client', planner, { resource: at.analyst });
  const reports = await run.exchanged('analyst-client', analyst, { resource: at.reports });
  const ledger = await run.exchanged('reports-server', reports, { resource: at.ledger });
  return { chain: [planner, analyst, reports, ledger], refreshToken: String(body['refresh_token']) };
}

async function revoke(token: string, headers: Readonly<Record<string, string>>, more: object = {}) {
  const body = new URLSearchParams({ token, ...more });
  expect((await run.client.send('/revoke', { method: 'POST', headers, body })).status).toBe(200);
}

/** What the ledger's own server learns of a token, by asking and, half a minute later at most, by itself. */
function theLedger() {
  const now = (): number => Math.floor(run.run.clock.now() / 1000);
  const verifier = createVerifier({ issuer: run.issuer, resource: at.ledger, now });
  return async (token: string): Promise<readonly unknown[]> => {
    const asked = (await run.introspect('ledger-server', token)).body['active'];
    run.run.clock.advance(29);
    return [asked, (await verifier.verify(`Bearer ${token}`)).ok];
  };
}

const alive = [true, true];
const ended = [false, false];

describe('what came of a token by exchanges', () => {
  verifies(
    ['vestibule:chain-ends', 'rfc7009:2.1:own-tokens-only'],
    'ends with it, whichever of the chain its client revokes',
    async () => {
      const ledger = theLedger();
      const clients = ['desk', 'planner-client', 'analyst-client', 'reports-server'];
      for (const [index, clientId] of clients.entries()) {
        const { chain } = await newChain();
        expect([clientId, await ledger(chain[3])]).toEqual([clientId, alive]);
        const isPublic = clientId === 'desk';
        const headers = isPublic ? {} : await run.as(clientId);
        await revoke(chain[index]!, headers, isPublic ? { client_id: clientId } : {});
        expect([clientId, await ledger(chain[3])]).toEqual([clientId, ended]);
        // What is before it goes on.
        const before = (await run.introspect('reports-server', chain[2])).body['active'];
        expect([clientId, before]).toEqual([clientId, index === 3]);
      }
    },
    60_000,
  );

  verifies('vestibule:chain-ends', 'ends with the grant of the person', async () => {
    const ledger = theLedger();
    const { chain, refreshToken } = await newChain();
    expect(await ledger(chain[3])).toEqual(alive);
    await revoke(refreshToken, {}, { client_id: 'desk' });
    expect(await ledger(chain[3])).toEqual(ended);
  });

  verifies(
    'vestibule:chain-ends',
    'stops with each client and agent on its way, and leads to nothing more',
    async () => {
      const ledger = theLedger();
      const stops = ['clients/desk', 'clients/planner-client', 'agents/planner', 'agents/analyst'];
      for (const stop of stops) {
        const { chain } = await newChain();
        await run.client.admin('POST', `${stop}/disable`);
        expect([stop, await ledger(chain[3])]).toEqual([stop, ended]);
        const further = await run.exchange('reports-server', chain[2], { resource: at.ledger });
        expect([stop, further.status, further.body['error']]).toEqual([stop, 400, 'invalid_request']);
        await run.client.admin('POST', `${stop}/enable`);
        run.client.letCachesExpire();
        expect([stop, await ledger(chain[3])]).toEqual([stop, alive]);
      }
    },
    60_000,
  );

  verifies('vestibule:chain-ends', 'ends for good with a client that is removed', async () => {
    const { client } = run;
    const ledger = theLedger();
    await client.register('clients', {
      ...{ client_id: 'fleeting', client_name: 'Fleeting', redirect_uris: ['http://127.0.0.1/callback'] },
      token_endpoint_auth_method: 'none',
    });
    const planner = await run.alices(at.planner, ['plan'], { clientId: 'fleeting' });
    const analyst = await run.exchanged('planner-client', planner, { resource: at.analyst });
    const reports = await run.exchanged('analyst-client', analyst, { resource: at.reports });
    const token = await run.exchanged('reports-server', reports, { resource: at.ledger });
    await client.admin('DELETE', 'clients/fleeting');
    expect(await ledger(token)).toEqual(ended);
  });
});

describe('a server that exchanges by the resource-server package', () => {
  const secretOf = (id: string) => run.secretOf(id);

  verifies(
    'vestibule:exchange-for',
    'gets what the token that it received gives at the target, and is told who can do something where it gets nothing',
    async () => {
      const { chain } = await newChain();
      const proof = { secret: () => secretOf('reports-server') };
      const exchanger = createExchanger({ issuer: run.issuer, client: { id: 'reports-server', proof } });
      const received = { token: chain[2] };
      const { accessToken, scopes } = await exchanger.exchangeFor(received, at.ledger).token();
      expect(scopes).toEqual(['ledger:read']);
      const { body } = await run.introspect('ledger-server', accessToken);
      expect(body).toMatchObject({ active: true, act: { sub: 'reports-server', act: { sub: 'analyst' } } });
      const failure = (target: string, wanted: readonly string[] = []) =>
        exchanger
          .exchangeFor(received, target, { scopes: wanted })
          .token()
          .then(
            () => 'exchanged',
            (error: unknown) => {
              const { kind, details } = error as ExchangeError;
              return `${kind} ${details.error ?? ''}`;
            },
          );
      expect(await failure(at.safe)).toBe('forbidden invalid_target');
      expect(await failure(at.ledger, ['ledger:write'])).toBe('forbidden invalid_scope');
      run.run.cloud.faults.add('kms:Sign=down@*');
      expect(await failure(at.ledger, ['ledger:read'])).toBe('unavailable temporarily_unavailable');
      run.run.cloud.faults.clear();
      expect(await failure(at.ledger, ['ledger:read'])).toBe('exchanged');
    },
  );
});
