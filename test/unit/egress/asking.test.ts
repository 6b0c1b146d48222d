import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectingDefaults, lambdaConnecting } from '../../../lambdas/adapters/lambda/connections.ts';
import { answerQuestion } from '../../../lambdas/functions/connections/answer.ts';
import { readQuestion } from '../../../lambdas/functions/connections/question.ts';
import type { Connecting } from '../../../lambdas/ports/connecting.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { listen } from '../../../local/demo/http.ts';
import { google } from '../../support/third-parties/google.ts';
import {
  accessOf,
  agent,
  alone,
  type At,
  comesBack,
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

/** The function, invoked as Lambda invokes it. `replies`: everything that it has answered. */
async function asked(
  { ports }: At,
  use: (connecting: Connecting, replies: readonly string[]) => Promise<void>,
): Promise<void> {
  const replies: string[] = [];
  const invoke = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const run = { requestId: 'invocation', until: after(ports.clock(), 30) };
    const answer = await answerQuestion(ports, readQuestion(await json(request)), run).then(
      (told) => ({ told }),
      () => ({ told: undefined }),
    );
    if (answer.told === undefined) response.setHeader('x-amz-function-error', 'Unhandled');
    replies.push(JSON.stringify(answer.told ?? {}));
    response.end(replies.at(-1));
  };
  const { port, stop } = await listen(0, invoke, () => undefined);
  const client = new LambdaClient({
    ...connectingDefaults,
    ...{ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    await use(lambdaConnecting({ client, functionName: 'connections' }), replies);
  } finally {
    client.destroy();
    await stop();
  }
}

describe('who holds nothing of an account asks for it', () => {
  it('from when it is connected until it is ended, and is told no token but the one that it asked for', () =>
    alone(vault, google, (party, at) =>
      asked(at, async (connecting, replies) => {
        const back = await comesBack(at);
        const place = placeOf(back);
        const made = await connecting.complete(back, 'request');
        if (made.kind !== 'connected') throw new Error(made.kind);
        const { summary } = made;
        const { connection } = summary;
        expect(await connecting.list(back.holder)).toEqual([summary]);
        const scopes = ['calendar:read' as ScopeName];
        expect(await connecting.standing(place, { agent, scopes })).toEqual({
          kind: 'connected',
          connection,
          scopes,
        });
        const before = await found(at, back);
        expect(await connecting.renew(place, before)).toBe('renewed');
        expect(await accessOf(at, await found(at, back))).not.toBe(await accessOf(at, before));
        for (const reply of replies) expect(reply).not.toContain('canary');
        const narrowed = await connecting.narrow(place, { connection, scopes, resources: [] });
        expect(narrowed.kind === 'token' && party.isGood(narrowed.token.accessToken)).toBe(true);
        expect(await connecting.disconnect(place, connection, 'request')).toEqual({ revoked: true });
        expect(await connecting.renew(place, before)).toBe('gone');
        expect(await connecting.narrow(place, { connection, scopes, resources: [] })).toEqual({
          kind: 'gone',
        });
        expect(await connecting.list(back.holder)).toEqual([]);
      }),
    ));

  it('and is told why where nothing was connected', () =>
    alone(vault, google, (_party, at) =>
      asked(at, async (connecting) => {
        const back = { ...(await comesBack(at)), code: 'another' };
        expect(await connecting.complete(back, 'request')).toEqual({
          ...{ kind: 'not_connected', refusal: { kind: 'refused', error: 'invalid_grant' } },
        });
      }),
    ));

  it('and to come again where the third party is down, or the function itself is', () =>
    alone(vault, google, (party, at) =>
      asked(at, async (connecting) => {
        const back = await comesBack(at);
        party.mishap('/token', 'down');
        await expect(connecting.complete(back, 'request')).rejects.toThrow(DependencyUnavailable);
        const strange = { ...back, agents: 'all' } as never;
        await expect(connecting.complete(strange, 'request')).rejects.toThrow(DependencyUnavailable);
      }),
    ));
});
