import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { signedFetch } from '../support/signed-fetch.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
});

afterAll(async () => {
  await deployment.stop();
});

describe('generated requests', () => {
  const runs = 200;
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '%', '%zz', '\u0000', '__proto__'),
  );
  const parameter = fc.tuple(
    fc.oneof(
      fc.constantFrom(
        'grant_type',
        'client_id',
        'client_secret',
        'client_assertion',
        'client_assertion_type',
        'resource',
        'scope',
      ),
      text,
    ),
    fc.oneof(fc.constantFrom('client_credentials', 'planner-client', 'tools:read'), text),
  );
  const printable = fc.string({
    unit: fc.constantFrom(...[...Array(94).keys()].map((code) => String.fromCharCode(code + 33))),
  });
  const authorization = fc.oneof(
    printable,
    printable.map((rest) => `Basic ${rest}`),
    fc.constant(undefined),
  );

  async function neverFails<Input>(
    arbitrary: fc.Arbitrary<Input>,
    send: (input: Input) => Promise<Response>,
  ): Promise<void> {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (input) => {
        const response = await send(input);
        expect(response.status).toBeLessThan(500);
        expect(await response.text()).not.toMatch(/:\s*null\b/);
      }),
      { numRuns: runs, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true },
    );
  }

  verifies(
    'vestibule:no-5xx',
    'never make the token endpoint fail',
    async () => {
      await neverFails(
        fc.record({ parameters: fc.array(parameter, { maxLength: 8 }), authorization }),
        (input) =>
          fetch(`${client.issuer}/token`, {
            method: 'POST',
            body: new URLSearchParams(input.parameters),
            headers: input.authorization === undefined ? {} : { authorization: input.authorization },
          }),
      );
      await neverFails(fc.uint8Array({ maxLength: 2_000 }), (bytes) =>
        fetch(`${client.issuer}/token`, {
          method: 'POST',
          body: new Blob([new Uint8Array(bytes)]),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      );
    },
    300_000,
  );

  verifies(
    'vestibule:no-5xx',
    'never make discovery or the authorization endpoint fail',
    async () => {
      const path = fc
        .array(fc.oneof(printable, text), { maxLength: 5 })
        .map((parts) => parts.map(escaped).join('/'));
      for (const start of ['/', '/.well-known/', '/.well-known/oauth-protected-resource/', '/authorize?']) {
        await neverFails(path, (rest) => fetch(`${client.issuer}${start}${rest}`, { redirect: 'manual' }));
      }
      for (const document of ['oauth-authorization-server', 'openid-configuration', 'jwks.json']) {
        await neverFails(fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE'), path), ([method, query]) =>
          fetch(`${client.issuer}/.well-known/${document}?${query}`, { method }),
        );
      }
      await neverFails(fc.array(parameter, { maxLength: 8 }), (parameters) =>
        fetch(`${client.issuer}/authorize?${new URLSearchParams(parameters).toString()}`, {
          redirect: 'manual',
        }),
      );
    },
    300_000,
  );

  verifies(
    'vestibule:no-5xx',
    'never make an admin route fail',
    async () => {
      const body = fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .record({ id: fc.string(), uri: fc.webUrl(), scopes: fc.array(fc.jsonValue()) })
          .map((value) => JSON.stringify(value)),
      );
      const route = fc.constantFrom(
        'resources',
        'agents',
        'clients',
        'clients/planner-client/secrets/x',
        'x',
      );
      const method = fc.constantFrom('POST', 'PUT');
      await neverFails(fc.tuple(method, route, body), ([verb, path, content]) =>
        signedFetch(deployment.operator, {
          method: verb,
          url: `${client.issuer}/admin/${path}`,
          body: content,
        }),
      );
    },
    300_000,
  );

  function escaped(part: string): string {
    return encodeURIComponent(part.toWellFormed()).replaceAll('.', '%2e');
  }
});
