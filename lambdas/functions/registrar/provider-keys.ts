import * as v from 'valibot';
import type { ClientSigningKeys } from '../../ports/client-signing-keys.ts';

/** An identity provider that knows the deployment by keys in KMS. */
const withKeys = v.looseObject({
  private_key_jwt: v.looseObject({ keys: v.array(v.looseObject({ key_arn: v.string() })) }),
});

/** Adds to a declaration the public half of each key that it names: only KMS can tell, once the key is made. */
export async function withProviderKeys(
  { publicJwk }: ClientSigningKeys,
  declaration: unknown,
): Promise<unknown> {
  const read = v.safeParse(withKeys, declaration);
  // What is wrong with it otherwise is told by those who read it next.
  if (!read.success) return declaration;
  const { private_key_jwt: proof } = read.output;
  const keys = await Promise.all(
    proof.keys.map(async (key) => ({ ...key, jwk: await publicJwk(key.key_arn) })),
  );
  return { ...read.output, private_key_jwt: { ...proof, keys } };
}
