import { afterEach, describe, expect } from 'vitest';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import { startAssertedOffice } from '../support/asserted-office.ts';
import type { Answer } from '../support/driver.ts';
import { at } from '../support/exchanging.ts';
import { startForeignHouse } from '../support/foreign-house.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { personIn, vouchingAt } from '../support/vouching.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startAssertedOffice());
const foreign = forThisFile(() => startForeignHouse());
const { assertionOf, tokenOf, end, introspect } = vouchingAt(office);

afterEach(() => {
  mend(office.deployment);
});

describe('hundreds of requests while a person is ended', () => {
  verifies(
    'vestibule:vouched-races',
    'get tokens that are over, or none, once the end is answered',
    async () => {
      for (const sub of ['ida', 'jon']) {
        const assertions = await Promise.all(Array.from({ length: 200 }, () => assertionOf(sub)));
        const person = personIn(await tokenOf(sub));
        const half = assertions.slice(0, 100).map((assertion) => office.present(assertion));
        const ended = end(person);
        const racing = await Promise.all(half);
        expect((await ended).status).toBe(200);
        const given = racing.filter(({ status }) => status === 200).map(({ body }) => body['access_token']);
        const actives = await Promise.all(given.map((token) => introspect(String(token))));
        expect(new Set(actives)).not.toContain(true);
        const late = await Promise.all(assertions.slice(100).map((assertion) => office.present(assertion)));
        expect(new Set(late.map(({ status }) => status))).toEqual(new Set([400]));
      }
    },
    120_000,
  );

  verifies(
    'vestibule:vouched-races',
    'end with it, where they are exchanges',
    async () => {
      const { house } = foreign;
      const subject = await foreign.access({ claims: { sub: 'p-busy' } });
      const person = `person.${sha256(`${foreign.partner}\0\0p-busy`)}`;
      const [token] = [String((await foreign.exchange(subject)).body['access_token'])];
      const more = { resource: at.reports, scope: 'reports:read' };
      const ask = (): Promise<Answer> => house.exchange('analyst-client', token, more);
      const half = Array.from({ length: 100 }, ask);
      const ended = house.client.admin('POST', `people/${person}/end`);
      const racing = await Promise.all(half);
      expect((await ended).status).toBe(200);
      const given = racing.filter(({ status }) => status === 200).map(({ body }) => body['access_token']);
      const actives = await Promise.all(
        given.map(async (one) => (await house.introspect('reports-server', String(one))).body['active']),
      );
      expect(new Set(actives)).not.toContain(true);
      const late = await Promise.all(Array.from({ length: 100 }, ask));
      expect(new Set(late.map(({ status }) => status))).toEqual(new Set([400]));
    },
    120_000,
  );
});

describe('a fault of AWS', () => {
  verifies(
    'vestibule:vouched-faults',
    'at any call of the end of a person leaves it to be done again, and told as not done',
    async () => {
      const measured = personIn(await tokenOf('kim'));
      const calls = await callsDuring(office.deployment, ['Admin'], () => end(measured));
      expect(calls.map(({ target }) => target)).toContain('dynamodb:TransactWriteItems~Admin');
      for (const [index, fault] of calls.flatMap(faultsAt).entries()) {
        const token = await tokenOf(`kim-${index}`);
        const person = personIn(token);
        strike(office.deployment, fault);
        const { status, headers } = await end(person);
        mend(office.deployment);
        expect([fault, [200, 503].includes(status)]).toEqual([fault, true]);
        if (status === 503) {
          expect(headers.get('retry-after')).not.toBeNull();
          expect([fault, (await end(person)).status]).toEqual([fault, 200]);
        }
        expect([fault, await introspect(token)]).toEqual([fault, false]);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:vouched-faults',
    'where it is asked whether a person was ended gives no token, and no answer that is wrong',
    async () => {
      const good = async (): Promise<Answer> => office.present(await assertionOf('lea'));
      const ended = await assertionOf('mia');
      const dead = await tokenOf('mia');
      await end(personIn(dead));
      office.client.letCachesExpire();
      const calls = await callsDuring(office.deployment, ['Token'], good);
      expect(calls).toContainEqual({ target: 'dynamodb:BatchGetItem~Token', times: 3 });
      // Past every cache, and nothing else is.
      expect(await callsDuring(office.deployment, ['Token'], good)).toContainEqual({
        ...{ target: 'dynamodb:BatchGetItem~Token', times: 1 },
      });
      for (const fault of calls.flatMap(faultsAt)) {
        office.client.letCachesExpire();
        strike(office.deployment, fault);
        const [one, two] = [await good(), await office.present(ended)];
        mend(office.deployment);
        expect([fault, [200, 503].includes(one.status), one.text]).toEqual([fault, true, one.text]);
        expect([fault, [400, 503].includes(two.status), two.text]).toEqual([fault, true, two.text]);
        for (const { status, headers } of [one, two]) {
          if (status === 503) expect(headers.get('retry-after')).toMatch(/^\d+$/);
        }
      }
      strike(office.deployment, 'dynamodb:BatchGetItem~Introspection=down@*');
      expect(await introspect(dead)).toBeUndefined();
    },
    120_000,
  );
});
