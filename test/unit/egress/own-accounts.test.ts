import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionStanding } from '../../../lambdas/egress/connection-standing.ts';
import { narrowToken } from '../../../lambdas/egress/narrow-token.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import type { ConnectionPlace } from '../../../lambdas/ports/connections.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { githubApp } from '../../support/third-parties/github-app.ts';
import type { Kind } from '../../support/third-parties/kind.ts';
import { byClientCredentials, ownAccount } from '../../support/third-parties/own-account.ts';
import { verifies } from '../../spec/verifies.ts';
import { accessOf, agent, alone, type At, found, startVault, type Vault } from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const placeAt = ({ provider }: At): ConnectionPlace => ({
  provider: provider.id,
  holder: { kind: 'service' },
});

async function standing(at: At, scopes: readonly string[]) {
  return connectionStanding(at.ports, placeAt(at), { agent, scopes: scopes as ScopeName[] });
}

async function anApp(): Promise<Kind> {
  const keyArn = await vault.keyArn();
  const { PublicKey: spki } = await vault.kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  const publicKey = createPublicKey({ key: Buffer.from(spki ?? []), format: 'der', type: 'spki' });
  return githubApp({ clientId: 'Iv1.app', keyArn, publicKey });
}

const key = (text: string): Kind =>
  ownAccount(() => ({ kind: 'api_key', place: 'header', name: 'x-api-key', prefix: '' }), text);
const basic = (text: string): Kind => ownAccount(() => ({ kind: 'basic' }), text);

describe('an account of the deployment itself is there when it is first asked for', () => {
  it('by client credentials, and once more when its token is over', () =>
    alone(vault, byClientCredentials, async (party, at) => {
      const first = await standing(at, ['things:read']);
      expect(first).toMatchObject({ kind: 'connected', scopes: ['things:read'] });
      expect(await standing(at, ['things:read'])).toEqual(first);
      expect(party.asked('/token')).toBe(1);
      const before = await found(at, placeAt(at));
      expect(before.dueAt).toBeUndefined();
      at.pass(600);
      expect(await renewConnection(at.ports, placeAt(at), before, 'request')).toBe('renewed');
      expect(party.isGood(await accessOf(at, await found(at, placeAt(at))))).toBe(true);
    }));

  it('by a key, which is read anew when it is refused or five minutes old', () =>
    alone(vault, key('key-canary-1'), async (_party, at) => {
      await standing(at, ['things:read']);
      const before = await found(at, placeAt(at));
      expect(await accessOf(at, before)).toBe('key-canary-1');
      expect(before.accessUntil).toBe(at.ports.clock() + 300);
      await at.changeSecret(JSON.stringify({ api_key: 'key-canary-2' }));
      await renewConnection(at.ports, placeAt(at), before, 'request');
      expect(await accessOf(at, await found(at, placeAt(at)))).toBe('key-canary-2');
    }));

  verifies('rfc7617:2:third-parties', 'by a name and a password', () =>
    alone(vault, basic(JSON.stringify({ username: 'ours', password: 'pass:word' })), async (_party, at) => {
      await standing(at, ['things:read']);
      expect(await accessOf(at, await found(at, placeAt(at)))).toBe('ours:pass:word');
    }),
  );

  verifies(
    'rfc7617:2:third-parties',
    'and not by a name that has a colon, nor by what no header can hold, nor by nothing',
    async () => {
      const unusable = [
        { username: 'o:urs', password: 'x' },
        { username: 'ours', password: 'a\r\nb' },
        { username: 'ours' },
      ];
      for (const text of unusable) {
        await alone(vault, basic(JSON.stringify(text)), async (_party, at) => {
          expect(await standing(at, ['things:read'])).toMatchObject({ why: 'connect_again' });
        });
      }
      await alone(vault, key('a\nb'), async (_party, at) => {
        expect(await standing(at, ['things:read'])).toMatchObject({ why: 'connect_again' });
      });
    },
  );

  it('as the installation of an app, with no more than its scopes need', async () =>
    alone(vault, await anApp(), async (party, at) => {
      await standing(at, ['issues:read']);
      const connection = await found(at, placeAt(at));
      expect(connection.upstreamScopes).toEqual(['metadata:read', 'issues:write']);
      expect(party.isGood(await accessOf(at, connection))).toBe(true);
    }));

  it('and not while the third party is away, which is told as that', () =>
    alone(vault, byClientCredentials, async (party, at) => {
      party.mishap('/token', 'down', 2);
      await expect(standing(at, ['things:read'])).rejects.toThrow(DependencyUnavailable);
      expect(await standing(at, ['things:read'])).toMatchObject({ kind: 'connected' });
    }));

  it('for many who ask at once as one', () =>
    alone(vault, byClientCredentials, async (_party, at) => {
      const asked = await Promise.all(Array.from({ length: 20 }, () => standing(at, ['things:read'])));
      const ids = asked.map((each) => (each.kind === 'connected' ? each.connection : each.kind));
      expect(new Set(ids).size).toBe(1);
    }));

  it('and for nobody who asks for nothing that it can do', () =>
    alone(vault, byClientCredentials, async (party, at) => {
      expect(await standing(at, ['things:write'])).toMatchObject({ why: 'scopes_not_let' });
      expect(party.asked('/token')).toBe(0);
    }));
});

describe('a token of the app itself', () => {
  it('is good for the repositories and the scopes that were asked, and is kept nowhere', async () =>
    alone(vault, await anApp(), async (party, at) => {
      await standing(at, ['issues:read']);
      const { connection, ...before } = await found(at, placeAt(at));
      const asked = { connection, scopes: ['issues:read' as ScopeName], resources: ['shop'] };
      const narrowed = await narrowToken(at.ports, placeAt(at), asked);
      if (!narrowed.ok) throw new Error(narrowed.refusal);
      expect(narrowed.value).toMatchObject({ scopes: ['issues:read'] });
      expect(party.isGood(narrowed.value.accessToken)).toBe(true);
      expect(await found(at, placeAt(at))).toEqual({ connection, ...before });
    }));

  it('is given when the third party wants to be asked again, and not before', async () =>
    alone(vault, await anApp(), async (party, at) => {
      await standing(at, ['issues:read']);
      const { connection } = await found(at, placeAt(at));
      const asked = { connection, scopes: ['issues:read' as ScopeName], resources: [] };
      party.mishap('/app/installations/4711/access_tokens', { status: 403, retryAfter: '60' });
      const narrowing = narrowToken(at.ports, placeAt(at), asked);
      await expect(narrowing).rejects.toMatchObject({ retryAfterSeconds: 60 });
      expect(await narrowToken(at.ports, placeAt(at), asked)).toMatchObject({ ok: true });
    }));

  it('is refused where the installation has not that much', async () =>
    alone(vault, await anApp(), async (_party, at) => {
      await standing(at, ['issues:read']);
      const { connection } = await found(at, placeAt(at));
      const wide = [{ ...at.provider.scopes[0]!, upstream: ['administration:write'] }];
      const providers = {
        ...at.ports.providers,
        find: () => Promise.resolve({ ...at.provider, scopes: wide }),
      };
      const asked = { connection, scopes: ['issues:read' as ScopeName], resources: [] };
      expect(await narrowToken({ ...at.ports, providers }, placeAt(at), asked)).toEqual({
        ...{ ok: false, refusal: 'refused' },
      });
    }));
});
