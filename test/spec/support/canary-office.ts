import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { createVirtualClock } from '../../../local/clock.ts';
import type { Company } from '../../support/company.ts';
import type { ThirdParty } from '../../unit/egress/proxy/a-third-party.ts';
import { accountWithKey } from './account-with-key.ts';
import { startRepeatingApi } from './canary-api.ts';
import { type PlantedParty, plantParties } from './canary-parties.ts';
import { startOffice } from './people.ts';
import { trackerAgentsAt } from './third-party-people.ts';

type Vault = NonNullable<NonNullable<VestibuleConfig['egress']>['vault']>;

/** The example deployment at third parties whose every credential is a canary. */
export interface CanaryOffice extends Company {
  readonly vault: Vault;
  readonly parties: readonly PlantedParty[];
  /** The API of all of them. */
  readonly api: ThirdParty;
  /** What Alice's client has for calling the planner: the same for ten minutes. */
  readonly tokenOfAlice: () => Promise<string>;
}

/** Kept in items at all of them; kept in secrets at one of each kind. */
export async function startCanaryOffice(vault: Vault): Promise<CanaryOffice> {
  const [api, clock] = [await startRepeatingApi(), createVirtualClock()];
  const account = vault === 'dynamodb' ? await accountWithKey() : undefined;
  const parties = await plantParties({
    api: api.origin,
    ...(account && { app: { ...account, clientId: 'Iv1.app', now: clock.now } }),
    ...(vault === 'secrets-manager' && { only: ['github', 'google', 'machine'] }),
  });
  const company = await startOffice(withParties(parties, vault), {
    ...{ clock, ...(account && { stateDirectory: account.stateDirectory }) },
  });
  for (const party of parties) await putIn(company, party);
  return {
    ...{ ...company, api, parties, vault, tokenOfAlice: tokensOfAlice(company) },
    stop: async () => {
      await company.stop();
      for (const party of parties) await party.stop();
      api.stop();
      account?.remove();
    },
  };
}

/** The planner may use all of them: accounts of people for these, the others for itself; and have tokens in the name of people. */
const withParties =
  (parties: readonly PlantedParty[], vault: Vault) =>
  (config: VestibuleConfig): VestibuleConfig => {
    const idsWhere = (isSo: (tokens: PlantedParty['tokens']) => boolean) =>
      parties.filter(({ tokens }) => isSo(tokens)).map(({ id }) => id);
    const forItself = idsWhere((tokens) => tokens?.isOfPeople !== true);
    const forPeople = idsWhere((tokens) => tokens?.isOfPeople === true || tokens?.areHandedOut === true);
    const mapped = <T>(ids: readonly string[], value: T): Record<string, T> =>
      Object.fromEntries(ids.map((id) => [id, value]));
    return {
      ...config,
      agents: config.agents.map((agent) =>
        agent.id === 'planner'
          ? {
              ...agent,
              scopes: { ...agent.scopes, ...mapped(forItself, { optional: ['use'] }) },
              onBehalfOf: { ...agent.onBehalfOf, ...mapped(forPeople, { scopes: { use: ['plan'] } }) },
            }
          : agent,
      ),
      egress: {
        vault,
        providers: [...(config.egress?.providers ?? []), ...parties.map(({ config: entry }) => entry)],
      },
      roles: (config.roles ?? []).map((role) =>
        role.id === 'everyone'
          ? { ...role, scopes: { ...role.scopes, ...mapped(forPeople, ['use']) } }
          : role,
      ),
    };
  };

function tokensOfAlice(company: Company): CanaryOffice['tokenOfAlice'] {
  const { clock } = company.run;
  let kept: { readonly token: Promise<string>; readonly until: number } | undefined;
  return () => {
    if (kept === undefined || clock.now() >= kept.until) {
      kept = { token: trackerAgentsAt(company).tokenOf('alice'), until: clock.now() + 600_000 };
    }
    return kept.token;
  };
}

/** As an operator puts in what the third party gave. */
async function putIn({ run }: Company, { id, secret }: PlantedParty): Promise<void> {
  if (secret === undefined) return;
  const { endpoint, operator: credentials } = run.cloud;
  const [, arn] = Object.entries(run.outputs).find(([name]) => name.includes(`EgressSecret${id}Arn`)) ?? [];
  const client = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(secret) }));
  client.destroy();
}
