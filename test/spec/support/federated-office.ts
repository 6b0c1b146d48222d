import type { VestibuleConfig } from '../../../lib/index.ts';
import { config as example } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type Answer, drive, type Driver } from './driver.ts';
import { keysAt, startTrustedIssuer, type TrustedIssuer } from './trusted-issuer.ts';

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const demo = 'http://localhost:9401/mcp';
const spiffe = 'spiffe://prod.example';

type Form = Readonly<Record<string, string>>;

type AuditedEvent = Readonly<Record<string, unknown>>;

/** A deployment to which programs elsewhere come: of a code host, and of a cluster whose tokens are reused. */
export interface FederatedOffice {
  readonly deployment: TestDeployment;
  readonly client: Driver;
  readonly forge: TrustedIssuer;
  readonly cluster: TrustedIssuer;
  readonly present: (assertion: string, more?: Form) => Promise<Answer>;
  /** The audit events of that name since then. */
  readonly eventsSince: (position: number, event: string) => readonly AuditedEvent[];
  readonly stop: () => Promise<void>;
}

export async function startFederatedOffice(): Promise<FederatedOffice> {
  const ports = await steadyPortBlock();
  const forgeIssuer = `http://localhost:${ports}`;
  const config: VestibuleConfig = {
    ...example,
    trustAnchors: [
      { id: 'forge', issuer: forgeIssuer, accepts: ['workload'], requiredClaims: { tier: ['paid', 'own'] } },
      // WIF-4: its name is no URL that keys could be found at.
      { id: 'cluster', issuer: spiffe, jwksUri: keysAt(ports + 1), accepts: ['workload'], reusable: true },
    ],
    workloads: [
      { anchor: 'forge', claims: { sub: 'repo:acme/*', repository_id: ['41', '42'] }, agent: 'planner' },
      {
        ...{ anchor: 'forge', claims: { sub: 'repo:guest/app:main' }, agent: 'planner' },
        scopes: { demo: ['tools:read'] },
      },
      { anchor: 'cluster', claims: { sub: `${spiffe}/ns/data/*` }, agent: 'analyst' },
    ],
  };
  const deployment = await startDeployment({ config });
  const client = drive(deployment);
  const now = (): number => deployment.run.clock.now() / 1_000;
  const forge = await startTrustedIssuer({
    ...{ port: ports, issuer: forgeIssuer, now },
    claims: { sub: 'repo:acme/app:main', aud: deployment.issuer, repository_id: '42', tier: 'paid' },
  });
  const cluster = await startTrustedIssuer({
    ...{ port: ports + 1, issuer: spiffe, now },
    claims: { sub: `${spiffe}/ns/data/sa/loader`, aud: [deployment.issuer] },
  });
  return {
    ...{ deployment, client, forge, cluster },
    present: (assertion, more = {}) =>
      client.token({ grant_type: jwtBearer, assertion, resource: demo, ...more }),
    eventsSince: (position, event) =>
      deployment.log
        .slice(position)
        .filter((line) => line.includes(`"${event}"`))
        .map((line) => {
          const { audit } = JSON.parse(line.slice(line.indexOf('{'))) as { readonly audit: AuditedEvent };
          return audit;
        }),
    stop: async () => {
      await forge.stop();
      await cluster.stop();
      await deployment.stop();
    },
  };
}
