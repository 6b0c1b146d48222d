import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
  type GetRandomPasswordCommandInput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { asInput, objectProperty, optionalText, tagsProperty, textProperty } from '../properties.ts';
import type { Provider, PropertyEffect, Provisioned } from '../provider.ts';
import { asText, sameJson, type JsonObject } from '../template.ts';

const properties: Readonly<Record<string, PropertyEffect>> = {
  Name: 'replacement',
  Description: 'update',
  GenerateSecretString: 'update',
  KmsKeyId: 'update',
  SecretString: 'update',
  Tags: 'nothing',
};

/** `AWS::SecretsManager::Secret`. */
export function secret(client: SecretsManagerClient): Provider {
  return {
    properties,
    transient: false,
    create: async (request) => {
      const wanted = request.properties;
      const Name = optionalText(wanted, 'Name') ?? request.generatedName;
      try {
        const { ARN } = await client.send(
          new CreateSecretCommand({
            Name,
            ...details(wanted),
            SecretString: await secretString(client, wanted),
            Tags: [...tagsProperty(wanted)],
          }),
        );
        return provisioned(ARN ?? Name);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ResourceExistsException') throw error;
        const { ARN } = await client.send(new DescribeSecretCommand({ SecretId: Name }));
        return provisioned(ARN ?? Name);
      }
    },
    update: async ({ properties: wanted }, before) => {
      const SecretId = before.physicalId;
      await client.send(new UpdateSecretCommand({ SecretId, ...details(wanted) }));
      if (!sameValue(before.properties, wanted)) {
        const SecretString = await secretString(client, wanted);
        await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
      }
      return before;
    },
    delete: async ({ physicalId }) => {
      try {
        await client.send(
          new DeleteSecretCommand({ SecretId: physicalId, ForceDeleteWithoutRecovery: true }),
        );
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      }
    },
  };
}

function provisioned(arn: string): Provisioned {
  return { physicalId: arn, attributes: { Id: arn } };
}

function details(wanted: JsonObject): { readonly Description?: string; readonly KmsKeyId?: string } {
  const [Description, KmsKeyId] = [optionalText(wanted, 'Description'), optionalText(wanted, 'KmsKeyId')];
  return {
    ...(Description === undefined ? {} : { Description }),
    ...(KmsKeyId === undefined ? {} : { KmsKeyId }),
  };
}

function sameValue(before: JsonObject, after: JsonObject): boolean {
  return ['SecretString', 'GenerateSecretString'].every((name) => sameJson(before[name], after[name]));
}

async function secretString(client: SecretsManagerClient, wanted: JsonObject): Promise<string> {
  if (!('GenerateSecretString' in wanted)) return textProperty(wanted, 'SecretString');
  const { SecretStringTemplate, GenerateStringKey, ...rules } = objectProperty(
    wanted,
    'GenerateSecretString',
  );
  const { RandomPassword } = await client.send(
    new GetRandomPasswordCommand(asInput<GetRandomPasswordCommandInput>(rules)),
  );
  if (typeof SecretStringTemplate !== 'string') return RandomPassword ?? '';
  const template = JSON.parse(SecretStringTemplate) as Record<string, unknown>;
  return JSON.stringify({ ...template, [asText(GenerateStringKey)]: RandomPassword });
}
