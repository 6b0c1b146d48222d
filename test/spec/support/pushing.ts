import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Company } from '../../support/company.ts';
import { type Answer, drive } from './driver.ts';
import { hosted, requestOf } from './people.ts';

type Changes = Readonly<Record<string, string | undefined>>;

/** A client that pushes its authorization requests. */
export interface Pushing {
  /** The flawless request of `desk` with these changes, pushed. */
  readonly push: (changes?: Changes, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Where the client sends a person with what it pushed. */
  readonly linkTo: (pushed: Answer, changes?: Changes) => URL;
  /** Both. */
  readonly link: (changes?: Changes, headers?: Readonly<Record<string, string>>) => Promise<URL>;
}

export function pushingAt(company: Company): Pushing {
  const client = drive(company);
  const push: Pushing['push'] = (changes, headers = {}) =>
    client.send('/par', { method: 'POST', headers, body: requestOf(company, changes).searchParams });
  const linkTo: Pushing['linkTo'] = ({ status, text, body }, changes = {}) => {
    if (status !== 201) throw new Error(`${status} ${text}`);
    const fields: Changes = { client_id: 'desk', request_uri: String(body['request_uri']), ...changes };
    const named = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
    return new URL(`${client.issuer}/authorize?${new URLSearchParams(named).toString()}`);
  };
  return {
    push,
    linkTo,
    link: async (changes = {}, headers = {}) => {
      const { client_id: id } = { client_id: 'desk', ...changes };
      return linkTo(await push(changes, headers), { client_id: id });
    },
  };
}

type Proof = Readonly<Record<string, string>>;

/** Registers a client of people that proves itself by its key; each call makes a proof of its own for that audience. */
export async function newKeyedClient(
  company: Company,
  id: string,
  metadata: object = { redirect_uris: [hosted] },
): Promise<(aud?: string) => Promise<Proof>> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  await drive(company).register('clients', {
    ...{ client_id: id, client_name: 'Keyed', ...metadata },
    ...{ token_endpoint_auth_method: 'private_key_jwt', accepts_token_endpoint_audience: true },
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] },
  });
  return async (aud = company.issuer) => {
    const exp = Math.floor(company.run.clock.now() / 1_000) + 60;
    const assertion = new SignJWT({ ...{ iss: id, sub: id, aud, exp }, jti: randomUUID() });
    return {
      client_id: id,
      client_assertion: await assertion.setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
  };
}
