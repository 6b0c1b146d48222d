import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinedSignature } from '../../../lambdas/adapters/kms/joined-signature.ts';

test('two numbers of any size stand side by side, 32 bytes each', () => {
  const number = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n });
  const small = fc.bigInt({ min: 1n, max: 70_000n });
  fc.assert(
    fc.property(fc.oneof(number, small), fc.oneof(number, small), (r, s) => {
      expect(Buffer.from(joinedSignature(derOf(r, s))).toString('hex')).toBe(hex(r, 64) + hex(s, 64));
    }),
  );
});

test('a verifier takes what node:crypto signed', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let message = 0; message < 200; message += 1) {
    const data = Buffer.from(`message ${message}`);
    const joined = joinedSignature(sign('sha256', data, privateKey));
    expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, joined)).toBe(true);
  }
});

function derOf(r: bigint, s: bigint): Buffer {
  const integers = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([0x30, integers.length]), integers]);
}

function integer(value: bigint): Buffer {
  const plain = hex(value, 2);
  const digits = Buffer.from(plain.length % 2 === 0 ? plain : `0${plain}`, 'hex');
  const positive = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}

function hex(value: bigint, length: number): string {
  return value.toString(16).padStart(length, '0');
}
