import type { AgentConfig, TrustAnchorConfig, VestibuleConfig } from '../../../lib/index.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import type { Answer } from './driver.ts';
import { at, type Exchanging, startExchanging } from './exchanging.ts';
import { type Foreign, keysAt, startTrustedIssuer, type TrustedIssuer } from './trusted-issuer.ts';

export const api = 'https://planner.example.com';
export const ownType = 'urn:partner:token-type:user-jwt';
const type = 'urn:ietf:params:oauth:token-type:';
/** Where the people of the example sign in. */
export const companyIssuer = 'http://localhost:9402';
export const accountIssuer = 'https://7a2b.tokens.sts.global.api.aws';
export const sharedIssuer = 'https://login.shared.example';

export const types = {
  access: `${type}access_token`,
  id: `${type}id_token`,
  jwt: `${type}jwt`,
} as const;

/** The planner is sent tokens of a partner, of the company's own provider, and of one tenant of a third; the analyst of another. */
export interface ForeignHouse {
  readonly house: Exchanging;
  /** Signs for all of them. */
  readonly signer: TrustedIssuer;
  readonly partner: string;
  /** An access token of the partner. */
  readonly access: (token?: Foreign) => Promise<string>;
  /** An id_token of it. */
  readonly idToken: (token?: Foreign) => Promise<string>;
  /** One exchange by the planner for the analyst; `more` is laid over. */
  readonly exchange: (
    token: string,
    more?: Readonly<Record<string, string | undefined>>,
    as?: string,
  ) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

function anchorsAt(port: number, partner: string): readonly TrustAnchorConfig[] {
  const common = { accepts: ['access_token', 'id_token', 'jwt'], audiences: [api] } as const;
  const grants = [{ resource: 'analyst', scopes: ['ask'] }];
  const tenant = { ...common, issuer: sharedIssuer, jwksUri: keysAt(port), grants };
  return [
    {
      ...{ ...common, id: 'partner', issuer: partner, actors: ['planner'], grants },
      ...{ subjectTokenTypes: [ownType], requiredClaims: { hd: 'partner.example' } },
    },
    {
      ...{ ...common, id: 'company', issuer: companyIssuer, jwksUri: keysAt(port), actors: ['planner'] },
      ...{ subject: { idp: 'demo' }, grants: [...grants, { resource: 'reports', scopes: ['reports:read'] }] },
      assurance: { amr: ['mfa'] },
    },
    { ...tenant, id: 'acme', tenants: ['acme'], subject: { tenantClaim: 'org' }, actors: ['planner'] },
    {
      // As an AWS account has it: sts:GetWebIdentityToken for the audience of who is called.
      ...{ id: 'account', issuer: accountIssuer, jwksUri: keysAt(port), actors: ['planner'], grants },
      ...{ accepts: ['jwt'], audiences: [api], subject: { kind: 'workload' } },
      requiredClaims: { 'https://sts.amazonaws.com/.org_id': 'o-1' },
    },
    { ...tenant, id: 'rival', tenants: ['rival'], subject: { tenantClaim: 'org' }, actors: ['analyst'] },
  ];
}

function forWorkloadsToo(rules: AgentConfig['onBehalfOf'] = {}): NonNullable<AgentConfig['onBehalfOf']> {
  return Object.fromEntries(
    Object.entries(rules).map(([id, rule]) => [id, { ...rule, subjects: ['person', 'workload'] }]),
  );
}

export async function startForeignHouse(): Promise<ForeignHouse> {
  const port = await freePortBlock();
  const partner = `http://localhost:${port}`;
  const house = await startExchanging((config: VestibuleConfig) => ({
    ...config,
    trustAnchors: anchorsAt(port, partner),
    agents: config.agents.map((agent) =>
      agent.id === 'planner' ? { ...agent, onBehalfOf: forWorkloadsToo(agent.onBehalfOf) } : agent,
    ),
  }));
  const signer = await startTrustedIssuer({
    ...{ port, issuer: partner, now: () => house.run.clock.now() / 1_000 },
    claims: { sub: 'p-1', aud: api, hd: 'partner.example' },
  });
  return {
    ...{ house, signer, partner },
    access: ({ claims, header, ...more } = {}) =>
      signer.token({
        ...{ claims: { scope: 'plan', client_id: 'app', ...claims }, header: { typ: 'at+jwt', ...header } },
        ...more,
      }),
    idToken: ({ claims, ...more } = {}) => signer.token({ claims: { nonce: 'n', ...claims }, ...more }),
    exchange: (token, more = {}, as = 'planner-client') =>
      house.exchange(as, token, { resource: at.analyst, scope: 'ask', ...more }),
    stop: async () => {
      await signer.stop();
      await house.stop();
    },
  };
}
