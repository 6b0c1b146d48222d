import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { createBrowser } from '../../support/browser-player.ts';
import type { Answer } from '../support/driver.ts';
import { answerTo, pageOf, pressLabel, requestOf, toldClient, upToCallback } from '../support/people.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { verifies } from '../verifies.ts';

let office: PlayedOffice;
beforeAll(async () => {
  office = await startPlayedOffice();
}, 120_000);
afterEach(() => {
  office.idp.play();
  mend();
});
afterAll(() => office.stop());

const strike = (fault: string): void => {
  office.company.run.cloud.faults.add(fault);
};
const mend = (): void => {
  office.company.run.cloud.faults.clear();
};
/** What is read of our secret at a provider is used for five minutes. */
const untilSecretIsReadAnew = (): void => {
  office.company.run.clock.advance(301);
};
const waitAsTold = ({ headers }: Pick<Answer, 'headers'>): void => {
  expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  office.company.run.clock.advance(Number(headers.get('retry-after')));
};
const sentTo = (path: string): number =>
  office.idp.requests.filter((request) => request.path === path).length;
const kinds = ['throttle@*', 'down@*', 'timeout@1-3'] as const;

describe('what keeps our secret at a provider, and what a provider gave, fails', () => {
  verifies(
    ['vestibule:sign-in-faults', 'vestibule:upstream-down'],
    'while a person is back: they get a page, and one press later the client gets its code',
    async () => {
      for (const call of ['secretsmanager:GetSecretValue', 'kms:GenerateDataKey', 'dynamodb:PutItem']) {
        for (const kind of kinds) {
          const browser = createBrowser();
          const callback = await upToCallback(browser, requestOf(office.company));
          untilSecretIsReadAnew();
          strike(`${call}~Downstream=${kind}`);
          const page = pageOf(await answerTo(callback, browser));
          mend();
          expect([call, kind, page.status]).toEqual([call, kind, 503]);
          expect(page.text).toContain('Try again');
          waitAsTold(page);
          const code = toldClient(await pressLabel(browser, page, 'Try again')).get('code') ?? '';
          const { status, body } = await office.redeem(code);
          expect([call, kind, status]).toEqual([call, kind, 200]);
          // The provider can be asked about the person from then on.
          office.company.run.clock.advance(61);
          expect([call, kind, (await office.refresh(body['refresh_token'])).status]).toEqual([
            call,
            kind,
            200,
          ]);
        }
      }
    },
    120_000,
  );

  verifies(
    ['vestibule:sign-in-faults', 'vestibule:refresh-standing'],
    'once, or loses one reply: nobody notices',
    async () => {
      for (const fault of ['throttle@1', 'timeout@1']) {
        untilSecretIsReadAnew();
        for (const call of ['secretsmanager:GetSecretValue', 'kms:GenerateDataKey', 'kms:Decrypt']) {
          strike(`${call}~Downstream=${fault}`);
        }
        const { body } = await office.redeem(await office.code());
        untilSecretIsReadAnew();
        expect([fault, (await office.refresh(body['refresh_token'])).status]).toEqual([fault, 200]);
        mend();
      }
    },
    60_000,
  );

  verifies(
    ['vestibule:refresh-standing', 'vestibule:lost-reply-spares-families', 'vestibule:dependency-down'],
    'at a refresh: the client is told when to come again, the provider nothing, and nothing ends',
    async () => {
      let token = (await office.redeem(await office.code())).body['refresh_token'];
      for (const call of ['secretsmanager:GetSecretValue', 'kms:Decrypt']) {
        for (const kind of kinds) {
          untilSecretIsReadAnew();
          const before = sentTo('/token');
          strike(`${call}~Downstream=${kind}`);
          const answer = await office.refresh(token);
          mend();
          expect([call, kind, answer.status, answer.body['error']]).toEqual([
            ...[call, kind, 503, 'temporarily_unavailable'],
          ]);
          expect(sentTo('/token')).toBe(before);
          waitAsTold(answer);
          const again = await office.refresh(token);
          expect([call, kind, again.status, again.text]).toEqual([call, kind, 200, expect.anything()]);
          token = again.body['refresh_token'];
        }
      }
    },
    120_000,
  );
});

/** Puts what the deployment sends as its secret at the provider into its place. */
async function putSecret(secret: string): Promise<void> {
  const { cloud, outputs } = office.company.run;
  const [, SecretId] = Object.entries(outputs).find(([name]) => name.includes('IdpSecretdemoArn')) ?? [];
  const secrets = new SecretsManagerClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator },
  });
  const SecretString = JSON.stringify({ client_secret: secret });
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
  secrets.destroy();
}

verifies(
  ['vestibule:sign-in-faults', 'vestibule:refresh-standing'],
  'a secret that the provider refused is read anew at once',
  async () => {
    const right = await federationSecret(office.company.run);
    const { body } = await office.redeem(await office.code());
    for (const goesOn of [
      async () => (await office.redeem(await office.code().catch(String))).status,
      async () => (await office.refresh(body['refresh_token'])).status,
    ]) {
      await putSecret('wrong');
      untilSecretIsReadAnew();
      expect(await goesOn()).not.toBe(200);
      await putSecret(right);
      office.company.run.clock.advance(6);
      expect(await goesOn()).toBe(200);
    }
  },
);
