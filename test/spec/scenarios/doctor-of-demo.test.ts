import { expect } from 'vitest';
import { type MisSetting, misSettings } from '../../../local/demo/mis-settings.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { requestOf, signIn } from '../support/people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

verifies('vestibule:doctor-good', 'is so of the identity provider that a local run comes with', async () => {
  const { code, out } = await vestibule(company, ['idp', 'doctor', 'demo']);
  expect([
    code,
    out
      .split('\n')
      .filter((line) => /^[✓!✗-] /.test(line))
      .map((line) => line[0]),
  ]).toEqual([...[0, Array(5).fill('✓')]]);
  expect(out).toContain('Nothing is wrong.');
});

verifies('vestibule:doctor-apis', 'finds that it exchanges no tokens for an API declared there', async () => {
  const added = await vestibule(company, [
    ...['api', 'add', 'files', '--uri', 'https://files.example.com', '--idp', 'demo'],
    ...['--strategy', 'rfc8693', '--with', 'audience=files', '--scope', 'read'],
  ]);
  expect(added).toMatchObject({ code: 0, err: '' });
  const { code, out } = await vestibule(company, ['idp', 'doctor', 'demo']);
  expect([code, out.match(/^[✗!-] .*$/gm)]).toEqual([
    1,
    [expect.stringMatching(/^✗ API files +The provider does not exchange tokens/)],
  ]);
  expect(out).toContain('(exchange_unsupported)');
  // Nobody is given a token of one that is disabled, whatever its provider would say.
  await vestibule(company, ['api', 'disable', 'files']);
  expect((await vestibule(company, ['idp', 'doctor', 'demo'])).out).toContain('Nothing is wrong.');
});

/** What an administrator gets wrong → what the doctor says of it. */
const told: Readonly<
  Record<Exclude<MisSetting, 'nothing'>, readonly (readonly [code: string, fix: RegExp])[]>
> = {
  issuer: [['issuer_mismatch', /realms\/company/]],
  'redirect-uri': [['redirect_uri_refused', /callback\/demo/]],
  'client-id': [
    ['redirect_uri_refused', /client_id/],
    ['client_secret_refused', /client_id/],
  ],
  'client-secret': [['client_secret_refused', /IdpSecret/]],
  signing: [['algorithm_unsupported', /signing algorithm/]],
  groups: [['scope_unknown', /scope/]],
  clock: [['clock_skew', /NTP/]],
  down: [['provider_down', /until it is up/]],
};

async function have(wrong: MisSetting): Promise<void> {
  const body = new URLSearchParams({ wrong });
  expect((await fetch(`${company.idpUrl}/settings`, { method: 'POST', body })).status).toBe(200);
}

verifies('vestibule:doctor-findings', 'finds what can be got wrong at that identity provider', async () => {
  const findings = async (): Promise<readonly (readonly [string, string])[]> => {
    const { out } = await vestibule(company, ['idp', 'doctor', 'demo', '--json']);
    const { checks } = JSON.parse(out) as {
      readonly checks: readonly { readonly findings: readonly { code: string; fix: string }[] }[];
    };
    return checks.flatMap((check) => check.findings.map(({ code, fix }) => [code, fix] as const));
  };
  for (const wrong of Object.keys(misSettings) as MisSetting[]) {
    await have(wrong);
    const expected = wrong === 'nothing' ? [] : told[wrong];
    expect([wrong, await findings()]).toEqual([
      wrong,
      expected.map(([code, fix]) => [code, expect.stringMatching(fix) as string]),
    ]);
  }
  await have('nothing');
  expect(await findings()).toEqual([]);
  company.run.clock.advance(601);
  const browser = createBrowser();
  expect((await signIn(requestOf(company), { browser, user: 'alice' })).has('code')).toBe(true);
  const unheard = new URLSearchParams({ wrong: 'everything' });
  expect((await fetch(`${company.idpUrl}/settings`, { method: 'POST', body: unheard })).status).toBe(400);
});
