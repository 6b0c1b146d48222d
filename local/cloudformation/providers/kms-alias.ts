import {
  CreateAliasCommand,
  DeleteAliasCommand,
  UpdateAliasCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { textProperty } from '../properties.ts';
import type { Provider } from '../provider.ts';

/** `AWS::KMS::Alias`. */
export function kmsAlias(client: KMSClient): Provider {
  return {
    properties: { AliasName: 'replacement', TargetKeyId: 'update' },
    transient: false,
    create: async ({ properties }) => {
      const alias = { AliasName: textProperty(properties, 'AliasName'), TargetKeyId: target(properties) };
      try {
        await client.send(new CreateAliasCommand(alias));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'AlreadyExistsException') throw error;
        await client.send(new UpdateAliasCommand(alias));
      }
      return { physicalId: alias.AliasName, attributes: {} };
    },
    update: async ({ properties }, before) => {
      await client.send(
        new UpdateAliasCommand({ AliasName: before.physicalId, TargetKeyId: target(properties) }),
      );
      return before;
    },
    delete: async ({ physicalId }) => {
      try {
        await client.send(new DeleteAliasCommand({ AliasName: physicalId }));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'NotFoundException') throw error;
      }
    },
  };
}

function target(properties: Parameters<typeof textProperty>[0]): string {
  return textProperty(properties, 'TargetKeyId');
}
