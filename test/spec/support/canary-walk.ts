import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { callInAllWays, callTooLong, isStricken, tokenFor } from './canary-calls.ts';
import { handOutInAllWays } from './canary-handing-out.ts';
import type { CanaryOffice } from './canary-office.ts';
import type { PlantedParty } from './canary-parties.ts';
import { accountsAtRest, askConnections, connectionIn } from './connected-accounts.ts';
import { pageOf, press } from './people.ts';
import { mend, strike } from './this-file.ts';

type PartyOfPeople = PlantedParty & { readonly tokens: NonNullable<PlantedParty['tokens']> };

/** Whatever can be done with an account at each third party, and whatever can go wrong at it; the tokens that were handed out. */
export async function walkAll(
  office: CanaryOffice,
  progress: (doing: string) => void,
): Promise<readonly string[]> {
  const [browser, { parties, run }] = [createBrowser(), office];
  const ofPeople = parties.flatMap((planted) =>
    planted.tokens?.isOfPeople === true ? [{ ...planted, tokens: planted.tokens }] : [],
  );
  // What was read of the secrets before they were put in is forgotten.
  run.clock.advance(301);
  progress('accounts are connected');
  for (const planted of ofPeople) await connectInAllWays(office, planted, browser);
  progress('calls with them');
  for (const planted of parties) await callInAllWays(office, planted);
  progress('tokens are handed out');
  const handedOut: string[] = [];
  for (const planted of parties) handedOut.push(...(await handOutInAllWays(office, planted)));
  // Some have everybody wait.
  run.clock.advance(120);
  // They take as long as a call may take; what fails from now on is nothing to them.
  const answered = await callTooLong(office);
  await goOn(office, ofPeople, browser, progress);
  await answered();
  return handedOut;
}

async function goOn(
  office: CanaryOffice,
  ofPeople: readonly PartyOfPeople[],
  browser: Browser,
  progress: (doing: string) => void,
): Promise<void> {
  progress('they are renewed');
  await renewInAllWays(office);
  progress('they are lost, and connected again');
  await loseAll(office, ofPeople);
  for (const planted of ofPeople) await connect(office, planted.id, browser);
  progress('they are disconnected, and connected again');
  await disconnectAll(office, ofPeople);
  for (const planted of ofPeople) await expectConnected(office, planted.id, browser);
}

/** The page on which the account is connected, after signing in where that is asked. */
async function asked(office: CanaryOffice, id: string, browser: Browser): Promise<Page> {
  const page = pageOf(await browser.open(`${office.issuer}/connect/${id}?agent=planner&scope=use`));
  return page.url.origin === office.issuer ? page : pageOf(await press(browser, page, 'alice'));
}

/** Says yes, and stops on the way back: the address of the return, not opened yet. */
async function upToReturn(office: CanaryOffice, id: string, browser: Browser): Promise<URL> {
  const page = await asked(office, id, browser);
  const form = page.forms.find(({ buttons }) => buttons.some(({ label }) => label.includes('Connect')));
  const button = form?.buttons.find(({ label }) => label.includes('Connect'));
  if (form === undefined) throw new Error(`${id}: no button: ${page.text.slice(0, 300)}`);
  const client = new URL(`${office.issuer}/connect/${id}/callback`);
  const back = await browser.press(page, form, button, { client });
  if (back.kind === 'left') return back.url;
  throw new Error(`${id}: no return: ${back.page.text.slice(0, 300)}`);
}

async function connect(office: CanaryOffice, id: string, browser: Browser): Promise<Page> {
  return pageOf(await browser.open(await upToReturn(office, id, browser)));
}

const connectFaults = ['kms:GenerateDataKey~Connections=down@*', 'dynamodb:PutItem~Connections=down@*'];

/** Denied, with another code, refused in words that repeat what was sent, unheard, of too little; and then as it should be. */
async function connectInAllWays(
  office: CanaryOffice,
  planted: PartyOfPeople,
  browser: Browser,
): Promise<void> {
  const { id } = planted;
  const { party, paths, behave } = planted.tokens;
  const denied = await upToReturn(office, id, browser);
  denied.searchParams.set('error', 'access_denied');
  denied.searchParams.set('error_description', denied.searchParams.get('code') ?? '');
  denied.searchParams.delete('code');
  await browser.open(denied);
  for (const errorIsSecret of [false, true]) {
    behave({ errorIsSecret });
    const refused = await upToReturn(office, id, browser);
    refused.searchParams.set('code', `${refused.searchParams.get('code') ?? ''}-of-another`);
    await browser.open(refused);
  }
  behave({ grantsNothing: true });
  await connect(office, id, browser);
  behave({});
  for (const mishap of isStricken(planted) ? (['down', 'busy', 'hang up'] as const) : []) {
    party.mishap(paths.token, mishap);
    await connect(office, id, browser);
    party.mishap(paths.token, undefined);
  }
  for (const fault of isStricken(planted) ? connectFaults : []) {
    strike(office, fault);
    await connect(office, id, browser);
    mend(office);
  }
  await expectConnected(office, id, browser);
}

async function expectConnected(office: CanaryOffice, id: string, browser: Browser): Promise<void> {
  const done = await connect(office, id, browser);
  if (!done.text.includes('is connected')) throw new Error(`${id}: ${done.text.slice(0, 300)}`);
}

const renewFaults = [
  ...['kms:Decrypt~Connections=down@*', 'dynamodb:UpdateItem~Connections=down@*'],
  ...['kms:Sign~Connections=down@*', 'secretsmanager:GetSecretValue~Connections=throttle@*'],
];

/** Unheard, while AWS fails; and then as it should be. */
async function renewInAllWays(office: CanaryOffice): Promise<void> {
  const troubles: readonly ((planted: PlantedParty) => void)[] = [
    ...(['down', 'busy'] as const).map((mishap) => ({ tokens }: PlantedParty) => {
      tokens?.party.mishap(tokens.paths.token, mishap, 3);
    }),
    ...renewFaults.map((fault) => () => {
      strike(office, fault);
    }),
  ];
  for (const trouble of troubles) {
    for (const planted of office.parties.filter(isStricken)) {
      trouble(planted);
      await renew(office, planted);
      mend(office);
      planted.tokens?.party.mishap(planted.tokens.paths.token, undefined);
    }
    office.run.clock.advance(61);
  }
  for (const planted of office.parties) await renew(office, planted);
}

async function accountAt(office: CanaryOffice, { id }: PlantedParty) {
  return (await accountsAtRest(office)).map(connectionIn).find(({ provider }) => provider === id);
}

async function renew(office: CanaryOffice, planted: PlantedParty): Promise<void> {
  const account = await accountAt(office, planted);
  if (account === undefined) throw new Error(`${planted.id}: there is no account`);
  const { provider, holder, connection, version } = account;
  const question = { ask: 'renew', place: { provider, holder }, connection, version } as const;
  // What it ends at is told in the log.
  await askConnections(office, question).catch(() => undefined);
}

/** Taken back there, which it says in words that repeat what was sent. */
async function loseAll(office: CanaryOffice, ofPeople: readonly PartyOfPeople[]): Promise<void> {
  for (const { tokens } of ofPeople) tokens.party.takeBack();
  for (const errorIsSecret of [true, false]) {
    office.run.clock.advance(61);
    for (const planted of ofPeople) {
      planted.tokens.behave({ errorIsSecret });
      await renew(office, planted);
    }
  }
  for (const planted of ofPeople) await tokenFor(office, planted);
}

/** While nobody hears it there, and again. */
async function disconnectAll(office: CanaryOffice, ofPeople: readonly PartyOfPeople[]): Promise<void> {
  for (const mishap of ['down', undefined] as const) {
    for (const planted of ofPeople) {
      const { party, paths } = planted.tokens;
      if (paths.revocation !== undefined) party.mishap(paths.revocation, mishap, 3);
      const account = await accountAt(office, planted);
      if (account !== undefined) {
        const { provider, holder, connection } = account;
        const question = { ask: 'disconnect', place: { provider, holder }, connection } as const;
        await askConnections(office, { ...question, requestId: 'request' });
      }
    }
    office.run.clock.advance(120);
  }
  await askConnections(office, { ask: 'sweep' });
}
