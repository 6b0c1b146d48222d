import { describe, expect, it } from 'vitest';
import { guardedDocuments } from '../../../lambdas/adapters/upstream/documents.ts';
import { clientKeys } from '../../../lambdas/oauth/client-authentication/client-keys.ts';
import { readSoftwareStatement } from '../../../lambdas/oauth/registration/software-statement.ts';
import { sameness } from '../../../lambdas/oauth/registration/stated-metadata.ts';
import type { Documents } from '../../../lambdas/ports/documents.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { ok } from '../../../lambdas/runtime/result.ts';
import { assertionAlgorithms } from '../../../lambdas/oauth/client-authentication/assertion-algorithms.ts';
import { anAssertion, anAssertionKey, issuer, now } from './mothers.ts';

const directory = 'https://directory.example.com';

function statements(documents: Documents, jwksUri = `${directory}/jwks`) {
  return {
    issuers: [{ issuer: directory, jwksUri }],
    keys: clientKeys(documents, { failureCoolDown: 0 }),
    audiences: [issuer],
  };
}

async function outcomeAt(
  at: Instant,
  claims: object,
  algorithm: (typeof assertionAlgorithms)[number] = 'ES256',
) {
  const key = await anAssertionKey(algorithm);
  const documents = { fetchJson: () => Promise.resolve(ok({ keys: [key.publicJwk] })) };
  const statement = await anAssertion(key, { iss: directory, aud: undefined, exp: undefined, ...claims });
  const read = await readSoftwareStatement(statements(documents), statement, at);
  return read.ok ? 'taken' : read.refusal.reason;
}

describe('a software statement', () => {
  it.each(assertionAlgorithms)('is taken signed with %s, and without an end', async (algorithm) => {
    expect(await outcomeAt(after(now, 1_000_000), {}, algorithm)).toBe('taken');
  });

  it.each([
    [{ exp: now - 29 }, 'taken'],
    [{ exp: now - 30 }, 'software_statement_invalid'],
    [{ nbf: now + 30 }, 'taken'],
    [{ nbf: now + 31 }, 'software_statement_invalid'],
  ])('is for its time, half a minute more or less: %j', async (claims, outcome) => {
    expect(await outcomeAt(now, claims)).toBe(outcome);
  });

  it.each([
    'https://10.0.0.1/jwks',
    'https://169.254.169.254/jwks',
    'https://[::1]/jwks',
    'http://1.1.1.1/jwks',
  ])('has its keys fetched from no host that only we can reach: %s', async (jwksUri) => {
    const key = await anAssertionKey();
    const statement = await anAssertion(key, { iss: directory });
    const ports = statements(guardedDocuments({ hosts: 'public', maximumBytes: 1_000 }), jwksUri);
    await expect(readSoftwareStatement(ports, statement, now)).rejects.toThrow(DependencyUnavailable);
  });
});

it('a registration is the same with any statement of one issuer, and another without or with that of another', async () => {
  const key = await anAssertionKey();
  const stated = async (iss: string, jti: string) =>
    sameness({ a: 1, software_statement: await anAssertion(key, { iss, jti }) });
  const one = await stated(directory, '1');
  expect(await stated(directory, '2')).toBe(one);
  expect(await stated('https://rival.example.com', '1')).not.toBe(one);
  expect(sameness({ a: 1 })).not.toBe(one);
});
