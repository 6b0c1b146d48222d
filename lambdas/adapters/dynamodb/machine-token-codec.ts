import * as v from 'valibot';
import type { KeptMachineToken } from '../../ports/machine-tokens.ts';
import { instant } from '../../runtime/clock.ts';
import type { Item } from './attributes.ts';
import { decode, text, whole } from './stored.ts';

const storedToken = v.object({
  pk: text,
  version: whole,
  token: v.exactOptional(
    v.object({
      sealed: v.object({ wrapped_key: text, iv: text, ciphertext: text }),
      minted_at: whole,
      until: whole,
    }),
  ),
  refused: v.exactOptional(v.object({ refusal: text, until: whole })),
  failed_at: v.exactOptional(whole),
  lease: v.exactOptional(v.object({ attempt: text, until: whole })),
});

export function decodeMachineToken(item: Item): KeptMachineToken {
  const { version, token, refused, failed_at: failedAt, lease } = decode(storedToken, item);
  return {
    version,
    ...(token && { token: tokenIn(token) }),
    ...(refused && { refused: { refusal: refused.refusal, until: instant(refused.until) } }),
    ...(failedAt !== undefined && { failedAt: instant(failedAt) }),
    ...(lease && { lease: { attempt: lease.attempt, until: instant(lease.until) } }),
  };
}

function tokenIn({
  sealed: { wrapped_key: wrappedKey, iv, ciphertext },
  minted_at: mintedAt,
  until,
}: NonNullable<v.InferOutput<typeof storedToken>['token']>): NonNullable<KeptMachineToken['token']> {
  return {
    ...{ sealed: { wrappedKey, iv, ciphertext }, mintedAt: instant(mintedAt), until: instant(until) },
  };
}
