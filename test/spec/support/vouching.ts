import { decodeJwt } from 'jose';
import type { AssertedOffice } from './asserted-office.ts';
import { type Answer, basic } from './driver.ts';

/** People for whom the company of an office vouches, and their ends. */
export interface Vouching {
  readonly seconds: () => number;
  readonly assertionOf: (sub: string, claims?: object) => Promise<string>;
  /** A token that the company vouched for. */
  readonly tokenOf: (sub: string) => Promise<string>;
  readonly end: (person: string) => Promise<Answer>;
  /** Whether a token is active, as introspection has it. */
  readonly introspect: (token: string) => Promise<unknown>;
}

export function vouchingAt(office: AssertedOffice): Vouching {
  const assertionOf: Vouching['assertionOf'] = (sub, claims = {}) =>
    office.idJag({ claims: { sub, resource: office.deployment.mcpUrl, ...claims } });
  return {
    assertionOf,
    seconds: () => Math.floor(office.deployment.run.clock.now() / 1_000),
    tokenOf: async (sub) => {
      const { status, text, body } = await office.present(await assertionOf(sub));
      if (status !== 200) throw new Error(text);
      return String(body['access_token']);
    },
    end: (person) => office.client.admin('POST', `people/${person}/end`),
    introspect: async (token) => {
      const headers = basic('demo-server', await office.deployment.secretOf('demo-server'));
      const asked = { method: 'POST', headers, body: new URLSearchParams({ token }) };
      return (await office.client.send('/introspect', asked)).body['active'];
    },
  };
}

export function personIn(token: string): string {
  return String(decodeJwt(token).sub);
}
