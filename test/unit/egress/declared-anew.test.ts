import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeConnection } from '../../../lambdas/egress/complete-connection.ts';
import { connectionStanding } from '../../../lambdas/egress/connection-standing.ts';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { narrowToken } from '../../../lambdas/egress/narrow-token.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { listConnections } from '../../../lambdas/egress/summary.ts';
import { sweepDue } from '../../../lambdas/egress/sweep-due.ts';
import type { Connection } from '../../../lambdas/ports/connections.ts';
import type {
  EgressProvider,
  EgressRevocation,
  OAuthEgress,
} from '../../../lambdas/ports/egress-providers.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { google } from '../../support/third-parties/google.ts';
import type { ThirdParty } from '../../support/third-parties/play.ts';
import { verifies } from '../../spec/verifies.ts';
import {
  agent,
  alone,
  type At,
  comesBack,
  connected,
  found,
  placeOf,
  startVault,
  type Vault,
} from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const byOperator = {
  managedBy: { kind: 'operator', arn: 'arn:aws:iam::123456789012:user/ops' },
} as const satisfies Partial<EgressProvider>;

/** The same instance, where the third party is declared as that by now, or by nobody. */
function anew(at: At, provider: EgressProvider | undefined): At {
  const find: At['ports']['providers']['find'] = (id) =>
    Promise.resolve(id === provider?.id ? provider : undefined);
  const all = () => Promise.resolve(provider === undefined ? [] : [provider]);
  return { ...at, ports: { ...at.ports, providers: { find, all } } };
}

function oauth({ credential }: EgressProvider, changes: Partial<OAuthEgress>): OAuthEgress {
  if (credential.kind !== 'oauth2') throw new Error('nobody connects it');
  return { ...credential, ...changes };
}

/** Where the requests of whoever has the id by now would arrive. */
const theirs = 'https://elsewhere.example';
const scope = 'calendar:read' as ScopeName;

async function stands({ ports }: At, connection: Connection): Promise<unknown> {
  return connectionStanding(ports, placeOf(connection), { agent, scopes: [scope] });
}

/** It is ended where it was, and asked about somewhere else. */
function checkedElsewhere(provider: EgressProvider): EgressRevocation {
  const { revocation } = oauth(provider, {});
  if (revocation.kind !== 'rfc7009') throw new Error('it is ended in another way');
  const parameters = [{ name: 'token', value: '{access_token}' }];
  return {
    ...{ kind: 'api', method: 'POST', url: revocation.endpoint, authentication: 'client', body: 'form' },
    ...{ parameters, done: [200], gone: [] },
    checkUrl: `${theirs}/me`,
  };
}

/** That nothing of it is renewed, narrowed or used, and that all of it is there still. */
async function expectUntouched(party: ThirdParty, at: At, connection: Connection): Promise<void> {
  const asked = party.asked(google.paths.token);
  const again = { kind: 'interaction_required', why: 'connect_again' };
  expect(await stands(at, connection)).toEqual(again);
  expect(await renewConnection(at.ports, placeOf(connection), connection, 'request')).toBe(
    'interaction_required',
  );
  const wish = { connection: connection.connection, scopes: [scope], resources: [] };
  expect(await narrowToken(at.ports, placeOf(connection), wish)).toEqual({
    ...{ ok: false, refusal: 'interaction_required' },
  });
  at.pass(3_000);
  await sweepDue(at.ports, { requestId: 'sweep', until: after(at.ports.clock(), 60) });
  const listed = await listConnections(at.ports, connection.holder);
  expect(listed.map(({ state }) => state)).toEqual(['interaction_required']);
  expect(party.asked(google.paths.token)).toBe(asked);
  expect(await found(at, connection)).toEqual(connection);
}

describe('a third party whose id somebody else has by now', () => {
  verifies('vestibule:connection-made-for', 'is given nothing of the accounts of before', () =>
    alone(vault, google, async (party, at) => {
      const connection = await connected(at);
      const taken = anew(at, { ...at.provider, ...byOperator });
      await expectUntouched(party, taken, connection);
      // Back with its deployment, it goes on.
      expect(await renewConnection(at.ports, placeOf(connection), connection, 'request')).toBe('renewed');
    }),
  );

  verifies(
    'vestibule:connection-made-for',
    'is not asked to end them, and whoever disconnects is told no page of it',
    () =>
      alone(vault, google, async (party, at) => {
        const page = `${theirs}/apps`;
        const endings = [{ revocation: { kind: 'by_hand', page } }, {}] as const;
        for (const ending of endings) {
          const connection = await connected(at);
          const credential = oauth(at.provider, ending);
          const { ports } = anew(at, { ...at.provider, ...byOperator, credential });
          expect(await listConnections(ports, connection.holder)).not.toMatchObject([{ removeAt: page }]);
          expect(await disconnectConnection(ports, connection, 'request')).toEqual({ revoked: false });
          expect(party.asked('/revoke')).toBe(0);
          expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'by_hand' });
          expect(await at.ports.connections.find(connection)).toBeUndefined();
        }
      }),
  );

  it('is connected anew over the account of before, and that one is usable', () =>
    alone(vault, google, async (_party, at) => {
      const connection = await connected(at);
      const taken = anew(at, { ...at.provider, ...byOperator });
      const back = await comesBack(taken, placeOf(connection));
      expect(await completeConnection(taken.ports, back, 'request')).toMatchObject({ ok: true });
      expect(await stands(taken, connection)).toMatchObject({ kind: 'connected' });
      expect(await stands(at, connection)).toMatchObject({ why: 'connect_again' });
    }));
});

describe('a third party that its own operator changes', () => {
  const changes: readonly (readonly [string, (provider: EgressProvider) => Partial<EgressProvider>])[] = [
    [
      'a host of its API',
      ({ api }) => ({ api: { ...api, origins: [...api.origins, 'https://api.elsewhere.example'] } }),
    ],
    [
      'hosts that accounts may name',
      ({ api }) => ({ api: { ...api, originFact: 'at', originSuffixes: ['.elsewhere.example'] } }),
    ],
    [
      'its token endpoint',
      (provider) => ({ credential: oauth(provider, { tokenEndpoint: `${theirs}/token` }) }),
    ],
    [
      'where it is asked to end an account',
      (provider) => ({
        credential: oauth(provider, { revocation: { kind: 'rfc7009', endpoint: `${theirs}/revoke` } }),
      }),
    ],
    [
      'where it is asked whether there is a token',
      (provider) => ({ credential: oauth(provider, { revocation: checkedElsewhere(provider) }) }),
    ],
  ];
  it.each(changes)('by %s uses no account that was connected before', (_, change) =>
    alone(
      vault,
      google,
      async (party, at) => {
        const connection = await connected(at);
        await expectUntouched(party, anew(at, { ...at.provider, ...change(at.provider) }), connection);
      },
      { provider: byOperator },
    ),
  );

  it('by less than that goes on with all accounts', () =>
    alone(
      vault,
      google,
      async (_party, at) => {
        const connection = await connected(at);
        const changed = anew(at, {
          ...{ ...at.provider, name: 'Another name', managedBy: { kind: 'operator', arn: 'another' } },
          credential: oauth(at.provider, { clientId: 'another', scopeParameter: 'scopes' }),
        });
        expect(await stands(changed, connection)).toMatchObject({ kind: 'connected' });
      },
      { provider: byOperator },
    ));

  it('by a host alone is still asked to end an account', () =>
    alone(
      vault,
      google,
      async (party, at) => {
        const connection = await connected(at);
        const { api } = at.provider;
        const origins = ['https://api.elsewhere.example'];
        const changed = anew(at, { ...at.provider, api: { ...api, origins } });
        expect(await disconnectConnection(changed.ports, connection, 'request')).toEqual({ revoked: true });
        expect(party.asked('/revoke')).toBe(1);
      },
      { provider: byOperator },
    ));
});

it('a config that names other hosts goes on with all accounts', () =>
  alone(vault, google, async (_party, at) => {
    const connection = await connected(at);
    const { api } = at.provider;
    const changed = anew(at, { ...at.provider, api: { ...api, origins: ['https://api.elsewhere.example'] } });
    expect(await stands(changed, connection)).toMatchObject({ kind: 'connected' });
  }));

describe('a third party that is declared by nobody any more', () => {
  it('is asked nothing, and nothing is kept of an account that somebody disconnects', () =>
    alone(vault, google, async (party, at) => {
      const connection = await connected(at);
      const gone = anew(at, undefined);
      expect(await disconnectConnection(gone.ports, connection, 'request')).toEqual({ revoked: false });
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'by_hand' });
      expect(await at.ports.connections.find(connection)).toBeUndefined();
      expect(party.asked('/revoke')).toBe(0);
    }));

  it('is waited for where it was being asked, and is asked when it is there again', () =>
    alone(vault, google, async (party, at) => {
      const connection = await connected(at);
      party.mishap('/revoke', 'down');
      expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
      const sweeps = async ({ ports }: At) => {
        at.pass(27_001);
        await sweepDue(ports, { requestId: 'sweep', until: after(ports.clock(), 60) });
      };
      await sweeps(anew(at, undefined));
      expect(at.told.at(-1)).toMatchObject({ event: 'revocation_failed', reason: 'provider_gone', count: 2 });
      await sweeps(at);
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'answer' });
    }));

  it('is waited for for some days, and then nothing is kept', () =>
    alone(vault, google, async (party, at) => {
      const connection = await connected(at);
      party.mishap('/revoke', 'down');
      await disconnectConnection(at.ports, connection, 'request');
      const gone = anew(at, undefined);
      for (let tries = 0; tries < 34; tries += 1) {
        expect((await found(at, connection)).state).toBe('disconnecting');
        at.pass(27_001);
        await sweepDue(gone.ports, { requestId: 'sweep', until: after(at.ports.clock(), 60) });
      }
      at.pass(27_001);
      await sweepDue(gone.ports, { requestId: 'sweep', until: after(at.ports.clock(), 60) });
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'by_hand' });
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }));
});
