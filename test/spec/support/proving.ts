import type { DpopKey, ProofWish } from '../../support/dpop-key.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Answer, Driver } from './driver.ts';

type Form = Readonly<Record<string, string>>;

/** Clients of a deployment that prove a key, with its clock and with the nonces that it handed out. */
export interface Proving {
  /** What of the time proofs are made at. */
  readonly now: () => number;
  /** A nonce that does now. */
  readonly nonce: () => Promise<string>;
  /** The proof for `/token`, with a nonce that does. */
  readonly proof: (key: DpopKey, wish?: Partial<ProofWish>) => Promise<string>;
  /** One token request with such a proof. */
  readonly token: (key: DpopKey, form: Form, headers?: Form, wish?: Partial<ProofWish>) => Promise<Answer>;
}

export function provingAt({ run }: TestDeployment, client: Driver, asking: Asking): Proving {
  const now = (): number => Math.floor(run.clock.now() / 1_000);
  const url = `${client.issuer}/token`;
  const nonce = async (): Promise<string> => {
    const proof = await asking.key.prove({ url, at: now() });
    const refused = await client.token(asking.form, { ...asking.headers, dpop: proof });
    return refused.headers.get('dpop-nonce') ?? '';
  };
  const proof: Proving['proof'] = async (key, wish = {}) =>
    key.prove({ url, at: now(), ...('nonce' in wish ? {} : { nonce: await nonce() }), ...wish });
  return {
    ...{ now, nonce, proof },
    token: async (key, form, headers = {}, wish = {}) =>
      client.token(form, { ...headers, dpop: await proof(key, wish) }),
  };
}

/** A token request that is good but for its proof, by which nonces are asked for. */
export interface Asking {
  readonly key: DpopKey;
  readonly form: Form;
  readonly headers: Form;
}
