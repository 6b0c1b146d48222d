import type { PolicyDocument, RequestContext } from '../../iam/policy.ts';
import { compileResourcePolicy, type Statement } from '../../iam/statement.ts';
import { AwsError, type Input, type Requirement, run, type Service, unknownOperation } from '../service.ts';
import { administrationOperations } from './administration.ts';
import { aliasOperations } from './aliases.ts';
import { keyOfCiphertext } from './ciphertext.ts';
import { dataKeyOperations } from './data-keys.ts';
import { encryptionOperations } from './encryption.ts';
import { createKeyStore, type KeyRecord, type KeyStore, type KeyStoreOptions } from './key-store.ts';
import { macOperations } from './macs.ts';
import { signingOperations } from './signing.ts';

export interface Kms extends Service {
  /** What a service that uses a key on a caller's behalf needs of that caller. Undefined when there is no such key. */
  readonly use: (keyId: string, action: string, viaService: string) => Requirement | undefined;
  /** A key's own policy. Undefined where the key has none: then it leaves everything to IAM, as the default one does. */
  readonly policyOf: (arn: string) => readonly Statement[] | undefined;
}

export function createKms(options: KeyStoreOptions): Kms {
  const keys = createKeyStore(options);
  const operations = {
    ...administrationOperations(keys),
    ...aliasOperations(keys),
    ...signingOperations(keys),
    ...encryptionOperations(keys),
    ...dataKeyOperations(keys),
    ...macOperations(keys),
  };

  const requirement = (action: string, key: KeyRecord, context: RequestContext): Requirement => ({
    action: `kms:${action}`,
    resource: key.arn,
    context: { ...tagsOf(key), 'kms:CallerAccount': options.account, ...context },
  });

  const policies = new Map<string, readonly Statement[]>();
  return {
    prefix: 'kms',
    throttled: new AwsError(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    ),
    unavailable: new AwsError('KMSInternalException', 'An internal error occurred.', 500),
    requirements: (operation, input) => {
      if (!Object.hasOwn(operations, operation)) throw unknownOperation();
      const concerned = keysOf(keys, operation, input);
      const context = contextOf(input);
      if (concerned.length === 0) return Promise.resolve(unbound(operation, context, keys.keyArn('*')));
      return Promise.resolve(concerned.map(([action, key]) => requirement(action, key, context)));
    },
    handle: (operation, input, caller) => run(operations, operation, input, caller),
    use: (keyId, action, viaService) => {
      try {
        return requirement(action, keys.find(keyId), { 'kms:ViaService': viaService });
      } catch {
        return undefined;
      }
    },
    policyOf: (arn) => {
      const text = keys.state.keys[arn.slice(arn.lastIndexOf('/') + 1)]?.policy;
      if (text === undefined) return undefined;
      const compiled = policies.get(text) ?? compileResourcePolicy(JSON.parse(text) as PolicyDocument);
      policies.set(text, compiled);
      return compiled;
    },
  };
}

/** What an operation on no key that exists needs: to make a key with tags is to tag it as well. */
function unbound(operation: string, context: RequestContext, anyKey: string): readonly Requirement[] {
  const asked = { action: `kms:${operation}`, resource: '*', context };
  const isTagged = operation === 'CreateKey' && context['aws:TagKeys'] !== undefined;
  return isTagged ? [asked, { action: 'kms:TagResource', resource: anyKey, context }] : [asked];
}

/** The keys that an operation concerns, each with the IAM action it is asked for. */
function keysOf(keys: KeyStore, operation: string, input: Input): readonly (readonly [string, KeyRecord])[] {
  const named = (field: string): KeyRecord | undefined => {
    const value = input[field];
    return typeof value === 'string' ? keys.find(value) : undefined;
  };
  const sealed = (): KeyRecord | undefined =>
    keyOfCiphertext(keys, Buffer.from(textOf(input['CiphertextBlob']), 'base64'));
  if (operation === 'ReEncrypt') {
    return pairs(
      ['ReEncryptFrom', named('SourceKeyId') ?? sealed()],
      ['ReEncryptTo', named('DestinationKeyId')],
    );
  }
  if (operation === 'Decrypt') return pairs([operation, named('KeyId') ?? sealed()]);
  return pairs([operation, named('KeyId') ?? named('TargetKeyId')]);
}

function pairs(
  ...candidates: (readonly [string, KeyRecord | undefined])[]
): readonly (readonly [string, KeyRecord])[] {
  return candidates.flatMap(([action, key]) => (key === undefined ? [] : [[action, key] as const]));
}

function tagsOf(key: KeyRecord): RequestContext {
  return Object.fromEntries(
    Object.entries(key.tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value]),
  );
}

/** KMS takes a missing MessageType for RAW, and so does its condition key. */
function contextOf(input: Input): RequestContext {
  return { ...signatureContext(input), ...newKeyContext(input), ...tagContext(input) };
}

function newKeyContext({ KeySpec: spec, KeyUsage: usage }: Input): RequestContext {
  return {
    ...(typeof spec === 'string' && { 'kms:KeySpec': spec }),
    ...(typeof usage === 'string' && { 'kms:KeyUsage': usage }),
  };
}

function tagContext({ Tags: tags }: Input): RequestContext {
  if (!Array.isArray(tags)) return {};
  const given = tags as readonly Readonly<Record<string, unknown>>[];
  return {
    'aws:TagKeys': given.map(({ TagKey: name }) => textOf(name)),
    ...Object.fromEntries(
      given.map(({ TagKey: name, TagValue: value }) => [`aws:RequestTag/${textOf(name)}`, textOf(value)]),
    ),
  };
}

function signatureContext(input: Input): RequestContext {
  const algorithm = input['SigningAlgorithm'];
  const pairSpec = input['KeyPairSpec'];
  const encryption: unknown = input['EncryptionContext'] ?? {};
  return {
    ...(typeof algorithm === 'string'
      ? { 'kms:SigningAlgorithm': algorithm, 'kms:MessageType': textOf(input['MessageType'] ?? 'RAW') }
      : {}),
    ...(typeof pairSpec === 'string' ? { 'kms:DataKeyPairSpec': pairSpec } : {}),
    ...Object.fromEntries(
      Object.entries(encryption as object).map(([name, value]) => [
        `kms:EncryptionContext:${name}`,
        textOf(value),
      ]),
    ),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
