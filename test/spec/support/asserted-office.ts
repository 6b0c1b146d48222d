import type { ClientConfig, ResourceConfig, TrustAnchorConfig, VestibuleConfig } from '../../../lib/index.ts';
import { type Company, startCompany } from '../../support/company.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import {
  type Assertion,
  type AssertingCompany,
  clientAt,
  keysAt,
  startAssertingCompany,
} from './asserting-company.ts';
import { type Answer, basic, drive, type Driver } from './driver.ts';

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Its terms name nobody: any client that is registered for the grant may present what it asserts. */
export const partner = 'https://idp.partner.example';
/** Several companies behind one issuer. */
export const shared = 'https://idp.shared.example';

type Form = Readonly<Record<string, string>>;

/** A deployment that takes ID-JAGs: of the company whose people sign in here, of a partner, and of one tenant of a third. */
export interface AssertedOffice {
  readonly deployment: Company;
  readonly client: Driver;
  readonly company: AssertingCompany;
  /** An ID-JAG of the company for the client `chat`; what is laid over it may make it another's. */
  readonly idJag: (assertion?: Assertion) => Promise<string>;
  /** The same of the partner. */
  readonly ofPartner: (assertion?: Assertion) => Promise<string>;
  /** One request of the client `chat`, or of another. */
  readonly present: (assertion: string, more?: Form, as?: string, headers?: Form) => Promise<Answer>;
  /** The same without credentials, as the client of a metadata document. */
  readonly presentAs: (name: 'desktop' | 'stranger', assertion: string, headers?: Form) => Promise<Answer>;
  readonly clientAt: (name: 'desktop' | 'stranger') => string;
  readonly stop: () => Promise<void>;
}

const bearer = { grants: [jwtBearer], authentication: { method: 'client_secret_basic' } } as const;

const clients: readonly ClientConfig[] = [
  { ...bearer, id: 'chat', name: 'Chat' },
  { ...bearer, id: 'assistant', name: 'Assistant', agent: 'planner' },
  { ...bearer, id: 'other', name: 'Other' },
  { ...bearer, id: 'sealed', name: 'Sealed', dpopBoundAccessTokens: true },
];

/** It takes bound tokens alone. */
const safe: ResourceConfig = {
  ...{ id: 'safe', uri: 'https://safe.example.com', name: 'Safe', dpop: 'required' },
  scopes: { open: 'Open it' },
};

function anchorsAt(config: VestibuleConfig, port: number): readonly TrustAnchorConfig[] {
  const common = { accepts: ['id_jag'], jwksUri: keysAt(port) } as const;
  const everything = [{ resource: 'demo', scopes: ['tools:read', 'tools:write'] }];
  return [
    {
      ...{ ...common, id: 'company', issuer: config.identityProviders?.[0]?.issuer ?? '' },
      ...{ subject: { idp: 'demo' }, clients: ['chat', 'assistant', 'sealed', clientAt(port, 'desktop')] },
      grants: [
        ...everything,
        { resource: 'analyst-agent', scopes: ['ask'] },
        { resource: 'safe', scopes: ['open'] },
      ],
    },
    { ...common, id: 'partner', issuer: partner, grants: [{ resource: 'demo', scopes: ['tools:read'] }] },
    {
      ...{ ...common, id: 'shared', issuer: shared, tenants: ['acme'], subject: { tenantClaim: 'tenant' } },
      ...{ grants: everything, reusable: true },
    },
  ];
}

export async function startAssertedOffice(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<AssertedOffice> {
  const port = await steadyPortBlock();
  // It listens first: the deployment takes ports that nobody has.
  const company = await startAssertingCompany({
    port,
    now: () => deployment.run.clock.now() / 1_000,
    claims: () => ({ iss: deployment.idpUrl, sub: 'alice', aud: deployment.issuer, client_id: 'chat' }),
  });
  const deployment = await startCompany({
    change: (config) =>
      change({
        ...config,
        resources: [...config.resources, safe],
        roles: (config.roles ?? []).map((role) =>
          role.id === 'everyone' ? { ...role, scopes: { ...role.scopes, safe: ['open'] } } : role,
        ),
        clients: [...config.clients, ...clients],
        trustAnchors: anchorsAt(config, port),
      }),
  });
  const client = drive(deployment);
  const secrets = new Map<string, string>();
  const secretOf = async (id: string): Promise<string> => {
    const known = secrets.get(id) ?? (await deployment.secretOf(id));
    secrets.set(id, known);
    return known;
  };
  return {
    ...{ deployment, client, company, idJag: company.idJag },
    ofPartner: ({ claims = {}, ...more } = {}) =>
      company.idJag({ ...more, claims: { iss: partner, sub: 'p-1', ...claims } }),
    present: async (assertion, more = {}, as = 'chat', headers = {}) =>
      client.token(
        { grant_type: jwtBearer, assertion, ...more },
        { ...basic(as, await secretOf(as)), ...headers },
      ),
    presentAs: (name, assertion, headers = {}) =>
      client.token({ grant_type: jwtBearer, assertion, client_id: clientAt(port, name) }, headers),
    clientAt: (name) => clientAt(port, name),
    stop: async () => {
      await company.stop();
      await deployment.stop();
    },
  };
}
