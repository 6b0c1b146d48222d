import { filesUri, startApiOffice } from '../../spec/support/api-office.ts';
import { type Answer, basic } from '../../spec/support/driver.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';
import { exchangeOf } from './measure-exchanges.ts';

/**
 * What the token of an API behind an identity provider needs: one that the provider is asked for, and one that is kept. No
 * key of ours signs it.
 */
export async function countApiTokens(
  counterOf: (deployment: TestDeployment) => Count,
): Promise<readonly CountedOperation[]> {
  const office = await startApiOffice();
  try {
    const { client, company, idp } = office;
    const count = counterOf(company);
    const server = 'demo-server';
    // Read once: what a test reads at AWS is no part of the request.
    const asServer = basic(server, await company.secretOf(server));
    const ask = (subject: string): Promise<Answer> => client.token(exchangeOf(subject, filesUri), asServer);
    const behind = { function: 'Downstream', answered: () => idp.requests.length };
    const counted: CountedOperation[] = [];
    const [first, one, another] = [await office.subject(), await office.subject(), await office.subject()];
    // What both functions know from then on is nothing of one sign-in.
    await ask(first);
    for (const [name, stale, warm] of [
      ['API token, asked of the provider', one, another],
      ['API token, kept', one, one],
    ] as const) {
      const operation = { name, function: 'Token', behind };
      client.letCachesExpire();
      counted.push(await count({ ...operation, state: 'stale' }, () => ask(stale)));
      counted.push(await count({ ...operation, state: 'warm' }, () => ask(warm)));
    }
    return counted;
  } finally {
    await office.stop();
  }
}
