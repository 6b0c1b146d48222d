import { afterEach, describe, expect } from 'vitest';
import { startCuratedOffice } from '../support/curated-office.ts';
import { deviceGrant } from '../support/devices.ts';
import type { Answer } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { eventsSince, requestOf } from '../support/people.ts';
import type { ProxiedKind } from '../support/proxied-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

// Longer than any registration is under way, and than the hour until the next sweep.
const untilSwept = 4_300;
const asked = 'If you allow it';

describe.each<ProxiedKind>(['keycloak', 'okta'])('a metadata document of a curated host, at %s', (kind) => {
  const office = forThisFile(() => startCuratedOffice([kind]));
  afterEach(() => {
    mend(office.company);
    office.registrations[kind].strike();
    office.idps[kind].play({ metadata: office.registrations[kind].discovery });
  });
  let documents = 0;
  const publish = (): { readonly url: string; readonly count: () => number } => {
    documents += 1;
    const [path, name] = [`/${documents}.json`, `Number ${documents}`];
    const url = office.publish(office.curated, path, { client_name: name });
    return { url, count: () => office.names(kind).filter((each) => each.includes(`: ${name} (`)).length };
  };
  const asDeployment = (): number =>
    office.idps[kind].requests.filter(({ parameters }) => parameters['client_id'] === 'vestibule').length;
  const push = (url: string): Promise<Answer> =>
    office.operator.send('/par', {
      method: 'POST',
      body: requestOf(office.company, { client_id: url }).searchParams,
    });
  const begin = (url: string): Promise<Answer> =>
    office.operator.send('/device_authorization', {
      method: 'POST',
      body: new URLSearchParams({ client_id: url, resource: office.company.mcpUrl }),
    });

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults'],
    'is one client there and signs people in as that, or nobody, whichever call to AWS fails on the way',
    async () => {
      const calm = publish();
      const calls = await callsDuring(office.company, ['Enrolment', 'Authorization'], () =>
        office.shown(calm.url),
      );
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['lambda:Invoke~Authorization', 'dynamodb:UpdateItem~Authorization']),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        const { url, count } = publish();
        strike(office.company, fault);
        const { status, text, headers } = await office.shown(url);
        mend(office.company);
        expect([fault, status]).toEqual([fault, text.includes(asked) ? 200 : 503]);
        if (status === 503) expect([fault, headers.get('retry-after')]).toEqual([fault, expect.any(String)]);
        await office.later(untilSwept);
        expect([fault, (await office.shown(url)).text]).toEqual([fault, expect.stringContaining(asked)]);
        expect([fault, count()]).toEqual([fault, 1]);
      }
      expect(asDeployment()).toBe(0);
      await office.later(9 * 86_400);
      const kept = (await itemsAtRest(office.company, 'VaultTable')).filter(
        ({ pk, taken }) => pk?.S?.startsWith('enrolment#') === true || (taken && taken.N !== '0'),
      );
      expect([office.registrations[kind].clients.size, kept]).toEqual([0, []]);
    },
    400_000,
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults', 'vestibule:proxied-unusable'],
    'is none while the provider fails or refuses: people get a page with a way to come again, and the provider some rest',
    async () => {
      const { calls } = office.registrations[kind];
      for (const how of ['lost before', 500, 503, 429, 403] as const) {
        const { url, count } = publish();
        const from = office.company.log.length;
        office.registrations[kind].strike({ on: 'register', how });
        const page = await office.shown(url);
        expect([how, page.status, page.headers.get('retry-after')]).toEqual([
          ...[how, 503],
          expect.stringMatching(/^[1-9]\d*$/),
        ]);
        expect(page.text).toContain('Try again');
        const before = calls.register;
        expect([(await office.shown(url)).status, calls.register]).toEqual([503, before]);
        if (how === 403) {
          expect(eventsSince(office.company, from)).toContainEqual(
            expect.objectContaining({
              ...{ event: 'document_not_enrolled', documentUrl: url, reason: 'enrolment_refused', idp: kind },
              fix: expect.any(String) as string,
            }),
          );
        }
        // Where nobody may look it takes a day.
        await office.later(26 * 3_600);
        expect([how, (await office.shown(url)).text]).toEqual([how, expect.stringContaining(asked)]);
        expect([how, count(), asDeployment()]).toEqual([how, 1, 0]);
      }
      office.idps[kind].play({ status: 503 });
      const { url, count } = publish();
      expect((await office.shown(url)).status).toBe(503);
      office.idps[kind].play({ metadata: office.registrations[kind].discovery });
      office.company.run.clock.advance(31);
      expect([(await office.shown(url)).status, count()]).toEqual([200, 1]);
    },
    120_000,
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults'],
    'of which a request was never answered is looked for there, or told to operators, and then made',
    async () => {
      const { url, count } = publish();
      office.registrations[kind].strike({ on: 'register', how: 'lost after' });
      expect([(await office.shown(url)).status, count()]).toEqual([503, 1]);
      await office.later(26 * 3_600);
      expect((await office.shown(url)).text).toContain(asked);
      // At Keycloak nobody may look: the one of which nobody has the secret is told by its name.
      expect([count(), asDeployment()]).toEqual([kind === 'okta' ? 1 : 2, 0]);
    },
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults'],
    'that pushes a request, or is on a device, is one before that is taken, or is told to come again',
    async () => {
      for (const [ask, taken] of [
        [push, 201],
        [begin, 200],
      ] as const) {
        documents += 1;
        const [path, name] = [`/${documents}.json`, `Program ${documents}`];
        const grants = ['authorization_code', 'refresh_token', deviceGrant];
        const url = office.publish(office.curated, path, { client_name: name, grant_types: grants });
        const count = (): number => office.names(kind).filter((each) => each.includes(`: ${name} (`)).length;
        for (const how of [503, 403] as const) {
          office.registrations[kind].strike({ on: 'register', how });
          const { status, body, headers } = await ask(url);
          expect([how, status, body['error']]).toEqual([how, 503, 'temporarily_unavailable']);
          expect([headers.get('retry-after'), count()]).toEqual([expect.stringMatching(/^[1-9]\d*$/), 0]);
          office.company.run.clock.advance(31);
          await office.later(26 * 3_600);
        }
        expect([(await ask(url)).status, count()]).toEqual([taken, 1]);
        for (const fault of ['lambda:Invoke~Requests=down@*', 'dynamodb:UpdateItem~Requests=down@*']) {
          const next = publish();
          strike(office.company, fault);
          const { status, headers } = await ask(next.url);
          mend(office.company);
          expect([fault, status, headers.get('retry-after')]).toEqual([fault, 503, expect.any(String)]);
        }
      }
      expect(asDeployment()).toBe(0);
    },
    60_000,
  );
});

describe('metadata documents of curated hosts', () => {
  const office = forThisFile(() => startCuratedOffice(['okta'], { quota: 2 }));

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-quota'],
    'are clients at a provider within its quota, whoever names how many, and the next is told to come again',
    async () => {
      const from = office.company.log.length;
      const urls = Array.from({ length: 12 }, (_, at) => office.publish(office.curated, `/${at}.json`));
      const pages = await Promise.all(urls.map((url) => office.shown(url)));
      expect(office.registrations.okta.clients.size).toBe(2);
      expect(pages.filter(({ text }) => text.includes(asked))).toHaveLength(2);
      const refused = pages.filter(({ status }) => status === 503);
      expect(refused).toHaveLength(10);
      for (const { headers } of refused) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({ event: 'document_not_enrolled', reason: 'enrolment_full', idp: 'okta' }),
      );
      await office.later(9 * 86_400);
      expect(office.registrations.okta.clients.size).toBe(0);
      for (const url of urls.slice(4, 6)) expect((await office.shown(url)).text).toContain(asked);
      expect(office.registrations.okta.clients.size).toBe(2);
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults'],
    'are none anew while an operator has disabled one of the providers',
    async () => {
      const url = office.publish(office.curated, '/waiting.json');
      await office.later(9 * 86_400);
      await office.operator.admin('POST', 'idps/okta/disable');
      expect((await office.shown(url)).status).toBe(503);
      await office.operator.admin('POST', 'idps/okta/enable');
      office.company.run.clock.advance(31);
      expect((await office.shown(url)).text).toContain(asked);
    },
  );
});
