import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { eventsSince, pageOf, press } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { type CommandResult, vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
const complete: Behaviour = { metadata: { code_challenge_methods_supported: ['S256'] } };

/** Runs the command, and does with the page that it names what a person does: says yes or no, and is led back. */
async function signsIn(decision: 'allow' | 'deny', ...more: readonly string[]): Promise<CommandResult> {
  let way: Promise<unknown> = Promise.resolve();
  const result = await vestibule(
    office.company,
    ['idp', 'doctor', 'demo', '--sign-in', ...more],
    '',
    (text) => {
      const url = /^ {2}(http\S+)$/m.exec(text)?.[1];
      if (url !== undefined) way = walk(new URL(url), decision);
    },
  );
  await way;
  return result;
}

async function walk(url: URL, decision: 'allow' | 'deny'): Promise<void> {
  const browser = createBrowser();
  const client = new URL(url.searchParams.get('redirect_uri') ?? '');
  const page = pageOf(await browser.open(url, client));
  const arrival = await press(browser, page, decision, client);
  if (arrival.kind === 'page') throw new Error(arrival.page.text);
  const stranger = new URL(arrival.url);
  stranger.searchParams.set('state', 'of somebody else');
  expect((await fetch(stranger)).status).toBe(404);
  expect(await (await fetch(arrival.url)).text()).toContain('You can close this page');
}

describe('a sign-in for the doctor', () => {
  verifies('vestibule:doctor-sign-in', 'ends in tokens, which are shown to nobody and ended', async () => {
    office.idp.play(complete);
    const before = office.company.log.length;
    const { code, out, err } = await signsIn('allow');
    expect([code, out.includes('✓ sign-in')]).toEqual([0, true]);
    const events = eventsSince(office.company, before).map(({ event }) => event);
    expect(events).toEqual(
      expect.arrayContaining(['authorization_granted', 'token_issued', 'token_revoked']) as unknown,
    );
    expect(`${out}${err}`).not.toMatch(/eyJ[\w-]{10}/);
  });

  verifies('vestibule:doctor-sign-in', 'that is refused says so, and where more is told', async () => {
    office.idp.play(complete);
    const { code, out } = await signsIn('deny');
    expect(code).toBe(1);
    expect(out).toMatch(/✗ sign-in .*access_denied/);
    expect(out).toContain('audit trail');
  });

  verifies(
    'vestibule:doctor-sign-in',
    'takes a client that signs people in on their own machine',
    async () => {
      office.idp.play(complete);
      const { code, err } = await signsIn('allow', '--client', 'house');
      expect([code, err]).toEqual([1, expect.stringContaining('vestibule client add doctor')]);
      const elsewhere = await vestibule(office.company, [
        'idp',
        'doctor',
        'https://idp.example.com',
        '--sign-in',
      ]);
      expect(elsewhere.code).toBe(2);
    },
  );

  verifies('vestibule:doctor-sign-in', 'is not begun where nobody can get through', async () => {
    office.idp.play({ metadata: { issuer: 'https://other.example.com' } });
    expect(await signsIn('allow')).toMatchObject({ code: 1, err: '' });
  });
});
