import type { DpopKey, ProofWish } from '../../support/dpop-key.ts';
import type { Answer } from './driver.ts';
import type { Tasking } from './tasking.ts';

interface Asked {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests with proofs of a key, each with a nonce that does. */
export function withProofs(house: Pick<Tasking, 'issuer' | 'client' | 'as' | 'demo' | 'seconds'>) {
  const nonceFor = async (key: DpopKey, url: string): Promise<string> => {
    const proof = await key.prove({ url, at: house.seconds() });
    const { headers } = await house.client.send('/tasks', {
      ...{ method: 'POST', headers: { ...(await house.as('planner-client')), dpop: proof } },
      body: new URLSearchParams({ purpose: 'Scan', resource: house.demo }),
    });
    return headers.get('dpop-nonce') ?? '';
  };
  return async (
    key: DpopKey,
    { path, method = 'POST', form = {}, headers = {} }: Asked,
    wish: Partial<ProofWish> = {},
  ): Promise<Answer> => {
    const url = `${house.issuer}${path}`;
    const nonce = await nonceFor(key, `${house.issuer}/tasks`);
    const dpop = await key.prove({ method, url, at: house.seconds(), nonce, ...wish });
    return house.client.send(path, {
      ...{ method, headers: { ...headers, dpop } },
      ...(method === 'POST' && { body: new URLSearchParams(form) }),
    });
  };
}
