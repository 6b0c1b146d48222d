import { describe, expect, test } from 'vitest';
import { InvalidConfig, type VestibuleConfig } from '../../lib/index.ts';
import { keys, matrixOf, registry, row } from './roles.ts';
import { aConfig, stackOf, templateOf } from './synthesized.ts';

const wrappingKey = '<VestibuleSigningKeysWrappingKey.Arn>';
const forSigning = {
  'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
  'StringEquals kms:EncryptionContext:purpose': 'signing',
};

describe('a deployment with wrapped signing keys', () => {
  const config = { ...aConfig, signing: 'envelope' } as const;
  const matrix = matrixOf(config);

  test.each(['Token', 'Introspection', 'Ends'])(
    'lets %s unwrap a key, and neither make one nor sign by KMS',
    (name) => {
      expect(matrix[name]).toContainEqual(row(['kms:Decrypt'], wrappingKey, forSigning));
      expect(matrix[name]).toContainEqual(row(['dynamodb:GetItem'], registry, keys('signing-key#*')));
      // The token function reads a secret too, whose key is another.
      expect(new Set(actionsOn('kms', name))).toEqual(new Set(['kms:Decrypt']));
    },
  );

  test('lets the keys function make keys of its kind, and not unwrap them', () => {
    expect(matrix['Keys']).toContainEqual(
      row(['kms:GenerateDataKeyPairWithoutPlaintext'], wrappingKey, {
        ...forSigning,
        'StringEquals kms:DataKeyPairSpec': 'RSA_2048',
      }),
    );
    expect(matrix['Keys']).not.toContainEqual(row(['kms:Decrypt'], wrappingKey, forSigning));
  });

  test('lets nobody else near the keys', () => {
    for (const name of ['Discovery', 'Authorization', 'Admin']) expect(actionsOn('kms', name)).toEqual([]);
    const readers = Object.keys(matrix).filter((name) =>
      JSON.stringify(matrix[name]).includes('signing-key#'),
    );
    expect(readers.toSorted()).toEqual(['Ends', 'Introspection', 'Keys', 'Token']);
  });

  test('has one key to wrap with, which turns over every year, and none that signs', () => {
    const keysMade = Object.values(templateOf(config).findResources('AWS::KMS::Key')) as unknown as readonly {
      readonly Properties: { readonly KeyUsage?: string; readonly EnableKeyRotation?: boolean };
    }[];
    const specs = keysMade.map(({ Properties: { KeyUsage: usage, EnableKeyRotation: rotates } }) => [
      usage ?? 'ENCRYPT_DECRYPT',
      rotates,
    ]);
    expect(specs).toEqual([
      ['ENCRYPT_DECRYPT', true],
      ['ENCRYPT_DECRYPT', true],
    ]);
  });

  function actionsOn(service: string, name: string): readonly string[] {
    const rows = matrix[name] as readonly {
      readonly actions: readonly string[];
      readonly resource: string;
    }[];
    return rows.flatMap(({ actions }) => actions).filter((action) => action.startsWith(`${service}:`));
  }
});

test('makes keys of the curve where the config asks for ES256', () => {
  const config: VestibuleConfig = { ...aConfig, signing: { mode: 'envelope', algorithm: 'ES256' } };
  expect(JSON.stringify(matrixOf(config)['Keys'])).toContain('ECC_NIST_P256');
});

describe('a verifier that knows RSA alone', () => {
  const requireRs256 = (signing: NonNullable<VestibuleConfig['signing']>) => () => {
    stackOf({ ...aConfig, signing }).vestibule.requireRs256('an AgentCore Gateway');
  };

  test('is set up beside RS256, wherever it is signed', () => {
    for (const signing of ['kms', 'envelope', { mode: 'envelope', algorithm: 'RS256' }] as const) {
      expect(requireRs256(signing)).not.toThrow();
    }
  });

  test('is refused beside ES256', () => {
    const refused = requireRs256({ mode: 'envelope', algorithm: 'ES256' });
    expect(refused).toThrow(InvalidConfig);
    expect(refused).toThrow(
      "signing.algorithm: 'ES256' is not verified by an AgentCore Gateway; write 'RS256'",
    );
  });
});
