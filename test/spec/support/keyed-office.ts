import type { JSONWebKeySet } from 'jose';
import type { IdentityProviderConfig } from '../../../lib/index.ts';
import { config as example } from '../../../vestibule.config.ts';
import { type AssertionJudge, judgeAssertions } from '../../support/assertion-judge.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import { drive } from './driver.ts';
import { deskAt, peoplesClients, requestOf, signIn, type TokensOfDesk } from './people.ts';

/** Three that know the deployment by keys, each in its own way. */
const providers = {
  rsa: { authentication: { method: 'private_key_jwt', alg: 'RS256' } },
  pss: {
    profile: 'okta',
    authentication: { method: 'private_key_jwt', alg: 'PS256', keys: ['2026', '2027'] },
  },
  curve: { authentication: { method: 'private_key_jwt', alg: 'ES256', audience: 'token_endpoint' } },
} as const satisfies Readonly<Record<string, Partial<IdentityProviderConfig>>>;

export type KeyedId = keyof typeof providers;
export const keyedIds = Object.keys(providers) as readonly KeyedId[];

interface KeyedProvider {
  readonly idp: PlayedIdp;
  readonly judge: AssertionJudge;
}

/** A deployment whose people come from identity providers that fetch its public keys, and verify what it signs. */
export interface KeyedOffice extends TokensOfDesk {
  readonly company: Company;
  readonly providers: Readonly<Record<KeyedId, KeyedProvider>>;
  readonly requestTo: (id: KeyedId, changes?: Readonly<Record<string, string>>) => URL;
  /** The code of somebody who signs in at one of them. */
  readonly code: (id: KeyedId) => Promise<string>;
  readonly keysOf: (id: string) => Promise<Response>;
  readonly stop: () => Promise<void>;
}

export async function startKeyedOffice(): Promise<KeyedOffice> {
  const port = await steadyPortBlock();
  const now = (): number => deployment.run.clock.now() / 1_000;
  const keysOf = (id: string): Promise<Response> =>
    fetch(`http://localhost:${port}/.well-known/identity-provider-keys/${id}`);
  const started: (readonly [KeyedId, KeyedProvider])[] = [];
  for (const [position, id] of keyedIds.entries()) {
    const free = [port + 1, port + 2];
    const issuer = `http://localhost:${free[position] ?? (await steadyPortBlock())}`;
    const audience = id === 'rsa' ? issuer : `${issuer}/token`;
    const keys = async (): Promise<JSONWebKeySet> => (await (await keysOf(id)).json()) as JSONWebKeySet;
    const judge = judgeAssertions({ keys, audience, alg: providers[id].authentication.alg }, now);
    const idp = await playIdp({
      ...{ port: Number(new URL(issuer).port), now, isClient: judge.isClient },
      secret: () => 'nobody-has-a-secret',
    });
    idp.play(honest);
    started.push([id, { idp, judge }]);
  }
  const deployment = await startDeployment({
    port,
    config: {
      ...example,
      clients: [...example.clients, ...peoplesClients],
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } }],
      identityProviders: started.map(([id, { idp }]) => ({
        ...{ id, issuer: idp.issuer, clientId: 'vestibule', domains: [`${id}.example`] },
        ...providers[id],
      })),
    },
  });
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const requestTo: KeyedOffice['requestTo'] = (id, changes = {}) =>
    requestOf(company, { login_hint: `ann@${id}.example`, ...changes });
  return {
    ...{ company, providers: Object.fromEntries(started) as KeyedOffice['providers'], requestTo, keysOf },
    ...deskAt(drive(deployment)),
    code: async (id) => {
      const told = await signIn(requestTo(id));
      const code = told.get('code');
      if (code === null) throw new Error(`no code: ${told.toString()}`);
      return code;
    },
    stop: async () => {
      await deployment.stop();
      await Promise.all(started.map(([, { idp }]) => idp.stop()));
    },
  };
}

const honest = {
  metadata: {
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
  },
};
/** What one of them does from now on, over what it says of itself. */
export function playing(provider: KeyedProvider, behaviour: Parameters<PlayedIdp['play']>[0] = {}): void {
  provider.idp.play({ ...honest, ...behaviour });
}
