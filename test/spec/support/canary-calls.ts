import { setTimeout as wait } from 'node:timers/promises';
import { mishaps } from './canary-api.ts';
import type { CanaryOffice } from './canary-office.ts';
import type { PlantedParty } from './canary-parties.ts';
import { type Answer, drive } from './driver.ts';
import { trackerAgentsAt } from './third-party-people.ts';
import { mend, strike } from './this-file.ts';

const type = 'urn:ietf:params:oauth:token-type';

/** Here AWS fails as well, which takes its time: one with accounts of people, and two with an account of the deployment. */
const strickenParties = ['github', 'machine', 'github-app'];
export const isStricken = ({ id }: PlantedParty): boolean => strickenParties.includes(id);

export async function tokenFor(office: CanaryOffice, { id, tokens }: PlantedParty): Promise<Answer> {
  const wanted = { resource: `${office.issuer}/egress/${id}`, scope: 'use' };
  if (tokens?.isOfPeople === true) return exchanged(office, wanted);
  const form = { grant_type: 'client_credentials', ...wanted };
  return drive(office).token(form, await trackerAgentsAt(office).basicOf());
}

/** In the name of Alice. */
export async function exchanged(
  office: CanaryOffice,
  wanted: Readonly<Record<string, string>>,
): Promise<Answer> {
  const agents = trackerAgentsAt(office);
  const form = {
    ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', ...wanted },
    ...{ subject_token: await office.tokenOfAlice(), subject_token_type: `${type}:access_token` },
  };
  return drive(office).token(form, await agents.basicOf());
}

type Call = (path: string, more?: RequestInit) => Promise<Answer>;

/** The proxy to it, as whoever has such a token calls it. */
export const callerOf =
  (office: CanaryOffice, { id }: PlantedParty, token: string): Call =>
  (path, more = {}) =>
    drive(office).send(`/egress/${id}${path}`, {
      ...{ redirect: 'manual', ...more },
      headers: { authorization: `Bearer ${token}`, 'vestibule-origin': office.api.origin },
    });

async function callerWithToken(office: CanaryOffice, planted: PlantedParty): Promise<Call> {
  const { body, text } = await tokenFor(office, planted);
  const { access_token: token } = body;
  if (typeof token !== 'string') throw new Error(`${planted.id}: ${text}`);
  return callerOf(office, planted, token);
}

const callFaults = ['kms:Decrypt~Egress=down@*', 'dynamodb:BatchGetItem~Egress=throttle@*'];

/** Each call that an agent can make, at an API that repeats what it was sent; and while AWS fails. */
export async function callInAllWays(office: CanaryOffice, planted: PlantedParty): Promise<void> {
  const call = await callerWithToken(office, planted);
  const first = await call('/kept/echo?a=b');
  if (first.status !== 200) throw new Error(`${planted.id}: ${first.status} ${first.text.slice(0, 300)}`);
  await call('/kept/echo', { method: 'POST', body: 'x'.repeat(100) });
  if (isStricken(planted)) await call('/kept/echo', { method: 'POST', body: 'x'.repeat(4_300_000) });
  await call('/other');
  for (const fault of isStricken(planted) ? callFaults : []) {
    strike(office, fault);
    await call('/kept/echo');
    mend(office);
  }
  for (const path of isStricken(planted) ? mishaps : mishaps.slice(0, 2)) await call(`/kept/${path}`);
}

/** At an API that begins to repeat what it was sent, and never ends: it has the calls when this resolves, with who waits for the answers. */
export async function callTooLong(office: CanaryOffice): Promise<() => Promise<unknown>> {
  const callers = await Promise.all(
    office.parties.filter(isStricken).map(async (planted) => {
      const call = await callerWithToken(office, planted);
      return { id: planted.id, call };
    }),
  );
  const answers = Promise.all(
    callers.map(async ({ id, call }) => {
      const { status, text } = await call('/kept/slow');
      if (status !== 504) throw new Error(`${id}: ${status} ${text.slice(0, 300)}`);
    }),
  );
  await Promise.race([answers, untilHeard(office, callers.length)]);
  return () => answers;
}

async function untilHeard({ api }: CanaryOffice, calls: number): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (api.received.filter(({ url }) => url.startsWith('/kept/slow')).length >= calls) return;
    await wait(20);
  }
  throw new Error('the API has not got the calls that are to take too long');
}
