import { expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import type { Answer } from '../support/driver.ts';
import { eventsSince, upToProvider, requestOf, verifier } from '../support/people.ts';
import { startPlayedOffice } from '../support/played-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startPlayedOffice());

/** What nobody but its holder may learn, by what it is. */
const secrets = new Map<string, string>();
/** The text of every refusal. */
const refusals: string[] = [];

function learn(what: string, value: unknown): string {
  if (typeof value !== 'string' || value.length < 16) throw new Error(`no ${what}: ${String(value)}`);
  secrets.set(value, what);
  return value;
}

function learnTokens({ status, body, text }: Answer): string {
  expect([status, text]).toEqual([200, text]);
  for (const name of ['access_token', 'refresh_token']) learn(name, body[name]);
  if (body['id_token'] !== undefined) learn('id_token', body['id_token']);
  return String(body['refresh_token']);
}

function learnRefusal({ status, text }: Answer, expected: number): void {
  expect([status, text]).toEqual([expected, text]);
  refusals.push(text);
}

function later(seconds: number): void {
  office.company.run.clock.advance(seconds);
}

/** Everything that the identity provider was sent by us or the browser, and gave. */
function learnUpstream(): void {
  const ours = ['code', 'code_verifier', 'state', 'nonce', 'client_secret', 'refresh_token'];
  for (const { parameters } of office.idp.requests) {
    for (const name of ours) {
      if (parameters[name] !== undefined) learn(`${name} upstream`, parameters[name]);
    }
  }
  for (const value of office.idp.given) learn('token upstream', value);
}

verifies(
  ['vestibule:secrets-never-logged', 'vestibule:upstream-secrets'],
  'no log, audit event or refusal holds a secret of a sign-in, a refresh, a replay or a failure',
  async () => {
    const { company, idp, client } = office;
    const scope = 'openid profile email tools:read';
    const from = company.log.length;
    const browser = createBrowser();
    learn('verifier', verifier);
    const code = learn('code', await office.code({ scope, nonce: 'nonce-of-the-client' }, browser));

    learnRefusal(await office.redeem(code, { code_verifier: 'x'.repeat(43) }), 400);
    learnRefusal(await office.redeem(code, { client_id: 'house' }), 400);
    const first = learnTokens(await office.redeem(code));
    learnRefusal(await office.redeem(code), 400);
    later(61);
    const second = learnTokens(await office.refresh(first));
    learnRefusal(await office.refresh(second, { scope: 'tools:all' }), 400);
    learnRefusal(await office.refresh(second, { client_id: 'house' }), 400);
    for (const fault of ['dynamodb:UpdateItem~Token=down@*', 'kms:Sign=down@*', 'lambda:Invoke=down@*']) {
      later(61);
      company.run.cloud.faults.add(fault);
      learnRefusal(await office.refresh(second), 503);
      company.run.cloud.faults.clear();
    }
    idp.play({ status: 500 });
    learnRefusal(await office.refresh(second), 503);
    later(6);
    idp.play();
    learnTokens(await office.refresh(second));
    later(61);
    learnRefusal(await office.refresh(first), 400);

    const late = learn('code', await office.code({ scope }, browser));
    learnTokens(await office.redeem(late));
    later(11);
    learnRefusal(await office.redeem(late), 400);
    const token = learn('code', await office.code({ scope }));
    const wrong = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'desk',
      refresh_token: token,
    });
    learnRefusal(await client.send('/token', { method: 'POST', body: wrong }), 400);
    learnRefusal(await client.get('/userinfo', { authorization: `Bearer ${token}` }), 401);
    await failedSignIns(browser);

    learnUpstream();
    for (const { name, value } of browser.cookies.all()) learn(`cookie ${name}`, value);
    // What was looked for was there to be found.
    const kinds = new Set(
      Array.from(secrets.values(), (what) => what.replace(/(__Host-)?vestibule-.*/, 'ours')),
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'code',
        'refresh_token',
        'id_token',
        'verifier',
        'cookie ours',
        'token upstream',
      ]),
    );
    expect(eventsSince(company, from).length).toBeGreaterThan(15);
    const written = [...company.log, ...refusals];
    const found = written.flatMap((line) =>
      [...secrets].filter(([value]) => line.includes(value)).map(([, what]) => [what, line]),
    );
    expect(found).toEqual([]);
  },
  120_000,
);

/** Sign-ins that the provider spoils, and one whose browser comes back twice. */
async function failedSignIns(browser: Browser): Promise<void> {
  const { company, idp } = office;
  for (const behaviour of [
    { error: 'access_denied' },
    { signing: 'stranger' },
    { claims: (claims) => ({ ...claims, nonce: 'another' }) },
    { iss: 'http://localhost:1' },
    { status: 503 },
  ] as const satisfies readonly Behaviour[]) {
    idp.play(behaviour);
    const { arrival } = await browser.walk({ authorizeUrl: requestOf(company, { prompt: 'consent' }) });
    refusals.push(arrival.kind === 'page' ? arrival.page.text : arrival.url.searchParams.toString());
    idp.play();
  }
  await upToProvider(browser, requestOf(company));
  const back = browser.hops.map(({ url }) => url).findLast(({ pathname }) => pathname === '/callback/demo');
  const arrival = await browser.open(back!);
  expect(arrival.kind).toBe('page');
  if (arrival.kind === 'page') refusals.push(arrival.page.text);
}
