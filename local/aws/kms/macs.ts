import { createHmac, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';
import { algorithmsOf, keySpec } from './key-specs.ts';
import type { KeyRecord, KeyStore } from './key-store.ts';

const request = { KeyId: v.string(), Message: v.string(), MacAlgorithm: v.string() };

export function macOperations(keys: KeyStore): Record<string, Operation> {
  return {
    GenerateMac: operation(v.object(request), (input) => {
      const key = keys.usable(input.KeyId, 'GENERATE_VERIFY_MAC');
      return { KeyId: key.arn, Mac: macOf(key, input).toString('base64'), MacAlgorithm: input.MacAlgorithm };
    }),
    VerifyMac: operation(v.object({ ...request, Mac: v.string() }), (input) => {
      const key = keys.usable(input.KeyId, 'GENERATE_VERIFY_MAC');
      const expected = macOf(key, input);
      const presented = Buffer.from(input.Mac, 'base64');
      if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) {
        throw new AwsError('KMSInvalidMacException', '');
      }
      return { KeyId: key.arn, MacValid: true, MacAlgorithm: input.MacAlgorithm };
    }),
  };
}

function macOf(key: KeyRecord, input: { readonly Message: string; readonly MacAlgorithm: string }): Buffer {
  const spec = keySpec(key.spec);
  if (spec.family !== 'hmac' || !algorithmsOf(key.spec, key.usage).includes(input.MacAlgorithm)) {
    const problem = `Algorithm ${input.MacAlgorithm} is incompatible with key spec ${key.spec}.`;
    throw new AwsError('InvalidKeyUsageException', problem);
  }
  return createHmac(spec.hash, Buffer.from(key.generations[0] ?? '', 'base64'))
    .update(Buffer.from(input.Message, 'base64'))
    .digest();
}
