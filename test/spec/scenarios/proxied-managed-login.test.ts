import { afterEach, expect } from 'vitest';
import { eventsSince } from '../support/people.ts';
import { expectNothingOrphaned, keptAt, startPoolOffice } from '../support/pool-office.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startPoolOffice({ managedLogin: true, pool: {} }));
afterEach(() => {
  mend(office.company);
});

verifies(
  'vestibule:proxied-managed-login',
  'an app client has pages, at which people sign in, and its style is made once whatever reply is lost',
  async () => {
    const client = await office.register('Scribe');
    expect(office.appClients().map(({ settings }) => settings['hasStyle'])).toEqual([true]);
    expect((await office.told(client)).get('code')).toEqual(expect.any(String));
    await expectNothingOrphaned(office, 'calm');
    strike(office.company, 'cognito-idp:CreateManagedLoginBranding=timeout@1');
    expect((await office.register('Lost')).status).toBe(201);
    await expectNothingOrphaned(office, 'a lost reply');
  },
);

verifies(
  ['vestibule:proxied-managed-login', 'vestibule:proxied-faults'],
  'an app client without pages is none: it is deleted at once, and operators are told why',
  async () => {
    for (const [how, detail] of [
      ['down@*', 'it gives the client no branding style (InternalErrorException)'],
      ['throttle@*', 'it gives the client no branding style (TooManyRequestsException)'],
    ] as const) {
      const from = office.company.log.length;
      strike(office.company, `cognito-idp:CreateManagedLoginBranding=${how}`);
      const { status, headers } = await office.register('Struck');
      mend(office.company);
      expect([how, status, headers.get('retry-after')]).toEqual([how, 503, '60']);
      expect([how, office.appClients(), await keptAt(office)]).toEqual([how, [], []]);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'client_registration_refused', reason: 'enrolment_refused', idp: 'cognito' },
          detail,
          fix: expect.stringContaining('user pool') as string,
        }),
      );
    }
    strike(
      office.company,
      'cognito-idp:CreateManagedLoginBranding=down@*,cognito-idp:DeleteUserPoolClient=down@1-3',
    );
    expect((await office.register('Struck twice')).status).toBe(503);
    expect(office.appClients()).toHaveLength(1);
    mend(office.company);
    await expectNothingOrphaned(office, 'struck twice');
  },
  60_000,
);
