import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { startCuratedOffice } from '../support/curated-office.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { answerTo, eventsSince, pageOf, requestOf } from '../support/people.ts';
import { bootstrap } from '../support/proxied-office.ts';
import { forThisFile, mend } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const kinds = ['keycloak', 'okta'] as const;
const pinned = 'https://claude.ai/oauth/claude-code-client-metadata';
const days = 86_400;
const office = forThisFile(() => startCuratedOffice(kinds, { hosts: ['claude.ai'] }));
afterEach(() => {
  mend(office.company);
  for (const kind of kinds) {
    office.registrations[kind].strike();
    office.idps[kind].play({ metadata: office.registrations[kind].discovery });
  }
});

const asked = 'If you allow it';
const askedAs = (kind: 'keycloak' | 'okta'): string | undefined =>
  office.idps[kind].requests.findLast(({ path }) => path === '/authorize')?.parameters['client_id'];
const calls = (): readonly number[] => kinds.map((kind) => office.registrations[kind].calls.register);

describe('a metadata document of a curated host', () => {
  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-sign-in'],
    'is a client of its own at every provider, as which people sign in and are asked about later',
    async () => {
      const from = office.company.log.length;
      const url = office.publish(office.curated, '/first.json');
      const persons = new Set<unknown>();
      for (const kind of kinds) {
        const told = await office.signedIn(kind, url);
        const names = office.names(kind);
        expect(names).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+: Paper \(doc_[A-Za-z0-9_-]{43}\)$/)]);
        const [own = ''] = office.registrations[kind].clients.keys();
        expect(askedAs(kind)).toBe(own);
        expect(office.registrations[kind].metadata(own)).toMatchObject({
          redirect_uris: [`${office.company.issuer}/callback/${kind}`],
        });
        const { body } = await office.redeem(told.get('code') ?? '', { client_id: url });
        persons.add(decodeJwt(String(body['access_token'])).sub);
        office.company.run.clock.advance(61);
        // The fake takes a refresh token of the client alone that it was issued to (RFC 6749 §6).
        expect((await office.refresh(body['refresh_token'], { client_id: url })).status).toBe(200);
      }
      expect(persons.size).toBe(kinds.length);
      expect(calls()).toEqual([1, 1]);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({ event: 'document_enrolled', documentUrl: url, idps: kinds }),
      );
    },
  );

  verifies(
    'vestibule:proxied-document',
    'is one client there, of a hundred who come first at once, and those who come too early may come again',
    async () => {
      const before = calls();
      const url = office.publish(office.curated, '/crowd.json');
      const request = requestOf(office.company, { client_id: url, login_hint: 'ann@okta.example' });
      office.operator.letCachesExpire();
      const crowd = await Promise.all(
        Array.from({ length: 100 }, async () => pageOf(await answerTo(request))),
      );
      expect(calls()).toEqual(before.map((count) => count + 1));
      const isAsked = crowd.filter(({ text }) => text.includes(asked));
      expect(isAsked.length).toBeGreaterThan(0);
      expect(crowd.filter(({ status }) => status === 503)).toHaveLength(100 - isAsked.length);
      expect((await office.shown(url)).text).toContain(asked);
      expect(calls()).toEqual(before.map((count) => count + 1));
    },
    60_000,
  );

  verifies(
    'vestibule:proxied-document',
    'is one too where our own copy stands in for its host, and is kept from then on',
    async () => {
      const before = calls();
      const request = requestOf(office.company, {
        ...{ client_id: pinned, redirect_uri: 'http://localhost:3118/callback' },
        login_hint: 'ann@okta.example',
      });
      for (let time = 0; time < 3; time += 1) {
        expect(pageOf(await answerTo(request)).text).toContain('Claude Code');
        office.operator.letCachesExpire();
      }
      expect(calls()).toEqual(before.map((count) => count + 1));
      expect(office.names('okta')).toContainEqual(expect.stringMatching(/^claude\.ai: Claude Code \(doc_/));
    },
  );

  verifies(
    'vestibule:proxied-document',
    'of another host signs people in as the client of the deployment, and is no client there',
    async () => {
      const before = calls();
      const url = office.publish(office.other, '/stranger.json');
      expect((await office.signedIn('okta', url)).get('code')).toBeTruthy();
      expect([askedAs('okta'), calls()]).toEqual(['vestibule', before]);
    },
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-changes'],
    'is called there as it calls itself from the next sweep on, and sent people back to where it says from now on',
    async () => {
      const url = office.publish(office.curated, '/renamed.json', { client_name: 'Old' });
      expect((await office.shown(url)).text).toContain(asked);
      const moved = 'https://moved.example.com/callback';
      office.publish(office.curated, '/renamed.json', { client_name: 'New', redirect_uris: [moved] });
      office.company.run.clock.advance(3_700);
      const request = requestOf(office.company, {
        ...{ client_id: url, redirect_uri: moved, login_hint: 'ann@okta.example' },
      });
      expect(pageOf(await answerTo(request)).text).toContain(asked);
      await office.sweep();
      for (const kind of kinds) {
        const names = office.names(kind).map((name) => name.replace(/^127\.0\.0\.1:\d+: | \(.*$/g, ''));
        expect([kind, names]).toEqual([kind, expect.arrayContaining(['New'])]);
        expect(names).not.toContain('Old');
      }
    },
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-faults'],
    'stays at the provider that made it where the next one refuses, and is made there alone by the next try',
    async () => {
      const [keycloak = 0, okta = 0] = calls();
      const url = office.publish(office.curated, '/halfway.json', { client_name: 'Halfway' });
      office.registrations.okta.strike({ on: 'register', how: 403 });
      expect((await office.shown(url)).status).toBe(503);
      const [made] = office.names('keycloak').filter((name) => name.includes(': Halfway ('));
      expect(made).toBeDefined();
      office.company.run.clock.advance(91);
      expect((await office.shown(url)).text).toContain(asked);
      expect(calls()).toEqual([keycloak + 1, okta + 2]);
      expect(office.names('keycloak')).toContain(made);
    },
  );

  verifies(
    'vestibule:proxied-secrets',
    'lets no log and no page have by what it is registered, and keeps that sealed',
    async () => {
      const url = office.publish(office.curated, '/curious.json');
      const page = await office.shown(url);
      const atRest = JSON.stringify(await itemsAtRest(office.company, 'VaultTable'));
      expect(atRest).toContain('enrolment#okta#doc_');
      const seen = [office.company.log.join('\n'), page.text, atRest];
      for (const kind of kinds) {
        expect(office.registrations[kind].given.length).toBeGreaterThan(6);
        for (const canary of [bootstrap[kind], ...office.registrations[kind].given]) {
          for (const text of seen) expect(text).not.toContain(canary);
        }
      }
    },
  );

  // Last, for the clock goes far.
  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-leaving'],
    'is removed there once nobody has used it for eight days, stays where people use it, and comes again as a new one',
    async () => {
      const [unused, used] = [
        office.publish(office.curated, '/unused.json', { client_name: 'Unused' }),
        office.publish(office.curated, '/used.json', { client_name: 'Used' }),
      ];
      await office.shown(unused);
      await office.signedIn('okta', used);
      const from = office.company.log.length;
      const of = (name: string): readonly string[] =>
        kinds.filter((kind) => office.names(kind).some((each) => each.includes(`: ${name} (`)));
      await office.later(7 * days);
      expect([of('Unused'), of('Used')]).toEqual([kinds, kinds]);
      await office.later(1.1 * days);
      expect([of('Unused'), of('Used')]).toEqual([[], kinds]);
      for (const idp of kinds) {
        expect(eventsSince(office.company, from)).toContainEqual(
          expect.objectContaining({ event: 'enrolment_ended', idp, outcome: 'removed' }),
        );
      }
      // It was swept at the provider, and nothing here says otherwise.
      expect((await office.signedIn('okta', unused)).get('code')).toBeTruthy();
      expect([of('Unused'), askedAs('okta')]).toEqual([kinds, expect.not.stringMatching(/^vestibule$/)]);
      await office.later(401 * days);
      expect(of('Used')).toEqual([]);
    },
    60_000,
  );

  verifies(
    ['vestibule:proxied-document', 'vestibule:proxied-leaving'],
    'is removed there eight days after its host took it back, though people had used it, and comes again',
    async () => {
      const url = office.publish(office.curated, '/taken-back.json', { client_name: 'Back' });
      await office.signedIn('okta', url);
      const count = (): number => office.names('okta').filter((name) => name.includes(': Back (')).length;
      office.curated.served.set('/taken-back.json', { status: 404 });
      office.company.run.clock.advance(3_700);
      expect((await office.shown(url)).text).not.toContain(asked);
      await office.later(7 * days);
      expect(count()).toBe(1);
      await office.later(1.1 * days);
      expect(count()).toBe(0);
      office.publish(office.curated, '/taken-back.json', { client_name: 'Back' });
      expect((await office.signedIn('okta', url)).get('code')).toBeTruthy();
      expect(count()).toBe(1);
    },
    60_000,
  );
});
