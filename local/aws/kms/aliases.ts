import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';
import type { KeyStore } from './key-store.ts';

const aliasName = v.pipe(v.string(), v.regex(/^alias\/[a-zA-Z0-9/_-]+$/));
const target = v.object({ AliasName: aliasName, TargetKeyId: v.string() });

export function aliasOperations(keys: KeyStore): Record<string, Operation> {
  const { aliases } = keys.state;
  const existing = (name: string): void => {
    if (aliases[name] === undefined)
      throw new AwsError('NotFoundException', `Alias ${keys.aliasArn(name)} is not found.`);
  };
  return {
    CreateAlias: operation(target, async ({ AliasName, TargetKeyId }) => {
      if (aliases[AliasName] !== undefined) {
        const problem = `An alias with the name ${keys.aliasArn(AliasName)} already exists`;
        throw new AwsError('AlreadyExistsException', problem);
      }
      aliases[AliasName] = keys.find(TargetKeyId).id;
      await keys.commit();
    }),
    UpdateAlias: operation(target, async ({ AliasName, TargetKeyId }) => {
      existing(AliasName);
      aliases[AliasName] = keys.find(TargetKeyId).id;
      await keys.commit();
    }),
    DeleteAlias: operation(v.object({ AliasName: aliasName }), async ({ AliasName }) => {
      existing(AliasName);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the record is the file's JSON
      delete aliases[AliasName];
      await keys.commit();
    }),
    ListAliases: operation(v.object({ KeyId: v.optional(v.string()) }), ({ KeyId }) => {
      const wanted = KeyId === undefined ? undefined : keys.find(KeyId).id;
      const listed = Object.entries(aliases).filter(([, id]) => wanted === undefined || id === wanted);
      return {
        Aliases: listed.map(([AliasName, TargetKeyId]) => ({
          AliasName,
          AliasArn: keys.aliasArn(AliasName),
          TargetKeyId,
        })),
        Truncated: false,
      };
    }),
  };
}
