import { createHmac, randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect } from 'vitest';
import { accessToken, at, jwt, refusedAt, startExchanging } from '../support/exchanging.ts';
import { ownSignatures } from '../support/own-signatures.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startExchanging());
const reader = { resource: at.ledger, scope: 'ledger:read' };
const refused = refusedAt(house, reader);
let sent: string;

beforeAll(async () => {
  sent = await house.alices(at.reports, ['reports:read']);
});

describe('a subject token that somebody made', () => {
  verifies(
    ['rfc8693:2.1:subject-token', 'rfc8693:2.2.2:errors'],
    'is refused that is no access token of this server, however it is made to look like one',
    async () => {
      const claims = decodeJwt(sent);
      const { kid = '' } = decodeProtectedHeader(sent);
      const { body } = await house.client.get('/.well-known/jwks.json');
      const [key] = body['keys'] as readonly Readonly<Record<string, unknown>>[];
      const stranger = await generateKeyPair('RS256', { extractable: true });
      const jwk = await exportJWK(stranger.publicKey);
      const by = (header: object, said: object = {}) =>
        new SignJWT({ ...claims, ...said })
          .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...header })
          .sign(stranger.privateKey);
      const [head = '', payload = '', signature = ''] = sent.split('.');
      const hs256 = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}`;
      const mac = createHmac('sha256', JSON.stringify(key)).update(hs256).digest('base64url');
      const forged: readonly (string | Promise<string>)[] = [
        new UnsecuredJWT(claims).encode(),
        `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
        `${hs256}.${mac}`,
        by({}),
        by({ kid: 'another' }),
        by({ kid: "../../../dev/null' OR 1=1" }),
        by({ jku: 'https://evil.example.com/jwks.json' }),
        by({ x5u: 'https://evil.example.com/cert.pem' }),
        by({ jwk }),
        by({ typ: 'JWT' }),
        by({ b64: true }),
        `${head}.${encode({ ...claims, sub: 'person.other' })}.${signature}`,
        `${head}.${payload}.${signature.slice(0, -4)}AAAA`,
      ];
      for (const made of forged) {
        const token = await made;
        for (const subject_token_type of [accessToken, jwt]) {
          const { answer, why } = await refused(token, { subject_token_type });
          expect({ token, answer }).toMatchObject({ answer: [400, 'invalid_request', expect.any(String)] });
          expect(String(why)).toMatch(/^subject_(?:not_an_access_token|key_not_published|not_signed_by_us)$/);
        }
      }
    },
  );

  verifies(
    'rfc8693:2.1:subject-token',
    'is refused whose every claim is signed by us, and is not as we write it',
    async () => {
      const own = ownSignatures(house);
      const good = decodeJwt(sent);
      const now = Math.floor(house.run.clock.now() / 1_000);
      const act = { sub: 'planner', client_id: 'planner-client', agent_id: 'planner' };
      const nested = (depth: number): object => ({ ...act, ...(depth > 1 && { act: nested(depth - 1) }) });
      const wrong: readonly (readonly [object, string])[] = [
        [{ exp: now - 1 }, 'subject_expired'],
        [{ iss: undefined }, 'subject_token_unknown'],
        ...(['sub', 'aud', 'client_id', 'scope', 'jti', 'iat', 'exp'] as const).map(
          (name) => [{ [name]: undefined }, 'subject_not_an_access_token'] as const,
        ),
        [{ aud: [at.reports] }, 'subject_not_an_access_token'],
        [{ cnf: { jkt: 'a', kid: 'b' } }, 'subject_not_an_access_token'],
        [{ may_act: 'courier' }, 'subject_not_an_access_token'],
        [{ act: 'planner' }, 'subject_not_an_access_token'],
        // A chain that was made up, or of which something was cut off.
        [{ act }, 'subject_not_an_access_token'],
        [{ jti_chain: ['one'], act: nested(2) }, 'subject_not_an_access_token'],
        [{ jti_chain: ['one'], act: nested(100) }, 'subject_not_an_access_token'],
        [{ jti_chain: Array.from({ length: 100 }, () => randomUUID()) }, 'subject_not_an_access_token'],
        [{ client_chain: [{ client_id: 'desk', exp: now + 60 }] }, 'subject_not_an_access_token'],
        [
          { jti_chain: [good.jti], client_chain: [{ client_id: 'desk', exp: good.exp }] },
          'subject_not_an_access_token',
        ],
        // Everything in order, but for whom it names.
        [{ grant_id: 'nothing' }, 'subject_grant_ended'],
        [{ client_id: 'house' }, 'subject_grant_ended'],
        [{ client_id: 'house', grant_id: undefined }, 'subject_client_not_active'],
        [{ agent_id: 'planner' }, 'subject_agent_not_active'],
      ];
      for (const [claims, expected] of wrong) {
        const outcome = await refused(await own.accessToken({ ...good, ...claims }), {});
        expect({ claims, ...outcome }).toMatchObject({
          claims,
          why: expected,
          answer: [400, 'invalid_request', expect.any(String)],
        });
      }
      expect((await house.exchange('reports-server', await own.accessToken(good), reader)).status).toBe(200);
      own.stop();
    },
  );
});

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
