import { createHash, randomBytes } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { DownstreamAnswer, DownstreamQuestion } from '../../../lambdas/ports/downstream.ts';
import type { SignInWishes } from '../../../lambdas/ports/people.ts';
import type { GrantId, IdpId } from '../../../lambdas/runtime/identifiers.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';

export interface SignInOptions {
  readonly wishes?: SignInWishes;
  readonly keepFor?: string;
  /** Changes what the provider sends back before we see it. */
  readonly back?: (parameters: URLSearchParams) => void;
  /** Whose callback the browser is led to, where that is another provider than it was sent to. */
  readonly callback?: string;
}

/** A deployment with two identity providers, and the function that talks to them, asked as the others ask it. */
export interface DownstreamDriver {
  readonly deployment: TestDeployment;
  readonly first: PlayedIdp;
  readonly second: PlayedIdp;
  readonly ask: (question: DownstreamQuestion) => Promise<DownstreamAnswer>;
  /** From the redirect to what came of the callback. */
  readonly signIn: (idp: 'first' | 'second', options?: SignInOptions) => Promise<DownstreamAnswer>;
  readonly standing: (grant: string, idp?: string) => Promise<DownstreamAnswer>;
  readonly stop: () => Promise<void>;
}

interface DownstreamOptions {
  /** Changes the config. */
  readonly change?: (config: VestibuleConfig) => VestibuleConfig;
  /** Asked before all else by the first provider, as it plays. */
  readonly also?: Parameters<typeof playIdp>[0]['also'];
}

export async function driveDownstream(
  faults?: string,
  { change = (config) => config, also }: DownstreamOptions = {},
): Promise<DownstreamDriver> {
  const port = await steadyPortBlock();
  const secrets: Record<string, string> = {};
  const now = (): number => deployment.run.clock.now() / 1_000;
  const first = await playIdp({
    ...{ port: port + 1, secret: () => secrets['first'] ?? '', now },
    ...(also && { also }),
  });
  // An issuer that ends in a slash is compared as it is written.
  const second = await playIdp({ port: port + 2, path: '/', secret: () => secrets['second'] ?? '', now });
  const deployment = await startDeployment({
    config: change(withProviders(first.issuer, second.issuer)),
    port,
    ...(faults !== undefined && { faults }),
  });
  for (const id of ['first', 'second']) secrets[id] = await federationSecret(deployment.run, id);
  const ask = asker(deployment);
  const signIn = signInBy(ask);
  return {
    ...{ deployment, first, second, ask, signIn },
    standing: (grant, idp = 'first') => ask({ ask: 'standing', grant: grant as GrantId, idp: idp as IdpId }),
    stop: async () => {
      await deployment.stop();
      await Promise.all([first.stop(), second.stop()]);
    },
  };
}

/** Signs in at an identity provider as the authorization function does. */
export function signInBy(
  ask: DownstreamDriver['ask'],
): (idp: string, options?: SignInOptions) => Promise<DownstreamAnswer> {
  return async (id, options = {}) => {
    const [state, nonce, codeVerifier] = [random(), random(), random()];
    const { wishes = {}, keepFor, callback = id } = options;
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const start = { state, nonce, codeChallenge, wishes, offline: keepFor !== undefined };
    const begun = await ask({ ask: 'begin', idp: id as IdpId, start });
    if (begun.told !== 'begun') return begun;
    const redirect = await fetch(begun.url, { redirect: 'manual' });
    const { searchParams } = new URL(redirect.headers.get('location') ?? '');
    options.back?.(searchParams);
    return ask({
      ask: 'complete',
      idp: callback as IdpId,
      back: {
        ...{ query: searchParams.toString(), state, nonce, codeVerifier },
        ...(keepFor !== undefined && { keepFor: keepFor as GrantId }),
      },
    });
  };
}

/** Asks the downstream function of a deployment as its other functions do, with the rights of an operator. */
export function asker(deployment: TestDeployment): DownstreamDriver['ask'] {
  const { resources, cloud, clock } = deployment.run;
  const functionName = resources.find(({ logicalId }) => logicalId.startsWith('VestibuleDownstreamFunction'));

  return async (question: DownstreamQuestion): Promise<DownstreamAnswer> => {
    const lambda = new LambdaClient({
      endpoint: cloud.endpoint,
      region: 'us-east-1',
      credentials: deployment.operator,
      maxAttempts: 1,
      systemClockOffset: clock.now() - Date.now(),
    });
    const { FunctionError: error, Payload: payload = new Uint8Array() } = await lambda.send(
      new InvokeCommand({
        FunctionName: functionName?.physicalId,
        Payload: Buffer.from(JSON.stringify(question)),
      }),
    );
    lambda.destroy();
    const text = Buffer.from(payload).toString();
    if (error !== undefined) throw new Error(text);
    return JSON.parse(text) as DownstreamAnswer;
  };
}

function withProviders(first: string, second: string): VestibuleConfig {
  const scopes = ['openid', 'profile', 'email', 'groups'];
  return {
    ...example,
    identityProviders: [
      { id: 'first', issuer: first, clientId: 'vestibule', scopes, groupsClaim: 'groups' },
      {
        id: 'second',
        issuer: second,
        clientId: 'vestibule',
        scopes,
        groupsClaim: 'groups',
        tenantClaim: 'tid',
      },
    ],
    roles: [
      { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
      { id: 'staff', groups: { first: ['staff'] }, scopes: { demo: ['tools:write'] } },
      { id: 'club', groups: { first: ['golf', 'chess', 'chiefs'] }, scopes: { demo: ['tools:read'] } },
    ],
  };
}

export function random(): string {
  return randomBytes(16).toString('base64url');
}
