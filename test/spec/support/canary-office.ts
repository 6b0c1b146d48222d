import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Company } from '../../support/company.ts';
import type { ThirdParty } from '../../unit/egress/proxy/a-third-party.ts';
import { startRepeatingApi } from './canary-api.ts';
import { type PlantedParty, plantParties } from './canary-parties.ts';
import { startOffice } from './people.ts';

/** The example deployment at third parties whose every credential is a canary. */
export interface CanaryOffice extends Company {
  readonly parties: readonly PlantedParty[];
  /** The API of all of them. */
  readonly api: ThirdParty;
}

export async function startCanaryOffice(): Promise<CanaryOffice> {
  const api = await startRepeatingApi();
  const parties = await plantParties(api.origin);
  const company = await startOffice(withParties(parties));
  for (const party of parties) await putIn(company, party);
  return {
    ...{ ...company, api, parties },
    stop: async () => {
      await company.stop();
      for (const party of parties) await party.stop();
      api.stop();
    },
  };
}

/** The planner may use all of them: accounts of people for these, the others for itself. */
const withParties =
  (parties: readonly PlantedParty[]) =>
  (config: VestibuleConfig): VestibuleConfig => {
    const idsOf = (isOfPeople: boolean) =>
      parties.filter(({ tokens }) => (tokens?.isOfPeople ?? false) === isOfPeople).map(({ id }) => id);
    const mapped = <T>(ids: readonly string[], value: T): Record<string, T> =>
      Object.fromEntries(ids.map((id) => [id, value]));
    return {
      ...config,
      agents: config.agents.map((agent) =>
        agent.id === 'planner'
          ? {
              ...agent,
              scopes: { ...agent.scopes, ...mapped(idsOf(false), { optional: ['use'] }) },
              onBehalfOf: { ...agent.onBehalfOf, ...mapped(idsOf(true), { scopes: { use: ['plan'] } }) },
            }
          : agent,
      ),
      egress: {
        providers: [...(config.egress?.providers ?? []), ...parties.map(({ config: entry }) => entry)],
      },
      roles: (config.roles ?? []).map((role) =>
        role.id === 'everyone'
          ? { ...role, scopes: { ...role.scopes, ...mapped(idsOf(true), ['use']) } }
          : role,
      ),
    };
  };

/** As an operator puts in what the third party gave. */
async function putIn({ run }: Company, { id, secret }: PlantedParty): Promise<void> {
  const { endpoint, operator: credentials } = run.cloud;
  const [, arn] = Object.entries(run.outputs).find(([name]) => name.includes(`EgressSecret${id}Arn`)) ?? [];
  const client = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(secret) }));
  client.destroy();
}
