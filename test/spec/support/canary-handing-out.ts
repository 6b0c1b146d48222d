import { providerTokenType } from '../../../lambdas/oauth/exchange/token-types.ts';
import { callerOf, exchanged } from './canary-calls.ts';
import type { CanaryOffice } from './canary-office.ts';
import type { PlantedParty } from './canary-parties.ts';
import { type Answer, drive } from './driver.ts';
import { trackerAgentsAt } from './third-party-people.ts';
import { mend, strike } from './this-file.ts';

const handOutFaults = ['kms:Decrypt~Connections=down@*', 'kms:Sign~Connections=down@*'];

/** While nobody hears it there, while AWS fails, of nothing that there is; and then as it should be. The tokens. */
export async function handOutInAllWays(
  office: CanaryOffice,
  planted: PlantedParty,
): Promise<readonly string[]> {
  const { id, tokens } = planted;
  if (tokens?.areHandedOut !== true) return [];
  const wanted = {
    ...{ resource: `${office.issuer}/egress/${id}`, scope: 'use' },
    requested_token_type: providerTokenType,
  };
  const answers: Answer[] = [];
  for (const mishap of ['down', 'hang up'] as const) {
    tokens.party.mishap(tokens.paths.token, mishap, 3);
    answers.push(await exchanged(office, wanted));
    tokens.party.mishap(tokens.paths.token, undefined);
  }
  for (const fault of handOutFaults) {
    strike(office, fault);
    answers.push(await exchanged(office, wanted));
    mend(office);
  }
  const details = JSON.stringify([{ type: 'vestibule_egress', repositories: ['shop'] }]);
  answers.push(await exchanged(office, { ...wanted, authorization_details: details }));
  answers.push(await exchanged(office, wanted));
  const given = answers.flatMap(({ body }) =>
    body['issued_token_type'] === providerTokenType ? [String(body['access_token'])] : [],
  );
  for (const token of given) await misuse(office, planted, token);
  return given;
}

/** Shown where a token of ours is asked for. */
async function misuse(office: CanaryOffice, planted: PlantedParty, token: string): Promise<void> {
  await callerOf(office, planted, token)('/kept/echo');
  const authorization = await trackerAgentsAt(office).basicOf();
  for (const path of ['/introspect', '/revoke']) {
    const body = new URLSearchParams({ token });
    await drive(office).send(path, { method: 'POST', headers: authorization, body });
  }
}
