import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  paginateListSecrets,
  type SecretListEntry,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Place } from './canary-search.ts';
import { eventsSince } from './people.ts';

/** Everything of a running deployment that somebody reads, or that stays behind. */
export async function placesOf(deployment: Pick<TestDeployment, 'run' | 'log'>): Promise<readonly Place[]> {
  const { run, log } = deployment;
  const buses = run.resources.filter(({ type }) => type === 'AWS::Events::EventBus');
  return [
    // Metrics are counted in these, and hold nothing else.
    { name: 'log lines', texts: log },
    { name: 'audit events', texts: eventsSince(deployment, 0).map((event) => JSON.stringify(event)) },
    { name: 'queues', texts: [...run.queued().values()].flat() },
    {
      name: 'event buses',
      texts: ['default', ...buses.map(({ physicalId }) => physicalId)]
        .flatMap((bus) => run.told(bus))
        .map((event) => JSON.stringify(event)),
    },
    { name: 'items', texts: await itemsOf(deployment) },
    { name: 'other secrets', texts: await otherSecretsOf(deployment) },
    { name: 'resources', texts: run.resources.map((resource) => JSON.stringify(resource)) },
  ];
}

const clientOf = ({ run }: Pick<TestDeployment, 'run'>) => ({
  ...{ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: run.cloud.operator },
});

/** Of all tables, as someone sees them who may do everything. */
async function itemsOf(deployment: Pick<TestDeployment, 'run'>): Promise<readonly string[]> {
  const client = new DynamoDBClient(clientOf(deployment));
  const tables = deployment.run.resources.filter(({ type }) => /^AWS::DynamoDB::\w*Table$/.test(type));
  const texts: string[] = [];
  for (const { physicalId: TableName } of tables) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
      texts.push(...Items.map(textOf));
    }
  }
  client.destroy();
  return texts;
}

function textOf(item: Readonly<Record<string, AttributeValue>>): string {
  // The code verifier of what is begun stands in its item, and is worth nothing without the code.
  const shown = Object.entries(item).filter(([name]) => name !== 'code_verifier');
  return JSON.stringify(shown, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

interface KeptSecret {
  readonly listed: SecretListEntry;
  readonly text: string;
}

/** All but those in which the credentials are that the third parties gave the deployment, and the tokens of accounts. */
async function otherSecretsOf(deployment: Pick<TestDeployment, 'run'>): Promise<readonly string[]> {
  const own = Object.entries(deployment.run.outputs)
    .filter(([name]) => name.includes('EgressSecret'))
    .map(([, arn]) => arn);
  return (await secretsOf(deployment)).flatMap((secret) => {
    const isMeant = own.includes(secret.listed.ARN ?? '') || isOfAccount(secret);
    return [JSON.stringify(secret.listed), ...(isMeant ? [] : [secret.text])];
  });
}

/** The tokens of accounts, where the config wants them in secrets. */
export async function tokensInSecretsOf(deployment: Pick<TestDeployment, 'run'>): Promise<readonly string[]> {
  return (await secretsOf(deployment)).filter(isOfAccount).map(({ text }) => text);
}

function isOfAccount({ listed: { Name: name = '' } }: KeptSecret): boolean {
  return name.includes('/connection/');
}

async function secretsOf(deployment: Pick<TestDeployment, 'run'>): Promise<readonly KeptSecret[]> {
  const client = new SecretsManagerClient(clientOf(deployment));
  const secrets: KeptSecret[] = [];
  for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
    for (const listed of SecretList) {
      const { SecretString: text = '' } = await client.send(
        new GetSecretValueCommand({ SecretId: listed.ARN }),
      );
      secrets.push({ listed, text });
    }
  }
  client.destroy();
  return secrets;
}
