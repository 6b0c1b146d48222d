import { afterEach, describe, expect } from 'vitest';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { playIdp } from '../../support/played-idp.ts';
import { judgeProofs } from '../../support/proof-judge.ts';
import { drive } from '../support/driver.ts';
import {
  answerTo,
  deskAt,
  eventsSince,
  pageOf,
  peoplesClients,
  press,
  requestOf,
  signIn,
} from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(async () => {
  const port = await steadyPortBlock();
  const root = `http://localhost:${port + 2}`;
  let secret = '';
  const now = (): number => deployment.run.clock.now() / 1_000;
  const judge = judgeProofs(root, now);
  const idp = await playIdp({ port: port + 2, now, secret: () => secret, gate: judge.gate });
  const deployment = await startDeployment({
    port,
    config: {
      ...example,
      clients: [...example.clients, ...peoplesClients],
      identityProviders: [{ id: 'okta', issuer: root, profile: 'okta', clientId: 'vestibule', dpop: true }],
      roles: [
        { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
        { id: 'staff', groups: { okta: ['staff'] }, scopes: { demo: ['tools:write'] } },
      ],
    },
  });
  secret = await federationSecret(deployment.run, 'okta');
  const company: Company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: root };
  return {
    ...{ company, idp, judge, desk: deskAt(drive(deployment)) },
    stop: async () => {
      await deployment.stop();
      await idp.stop();
    },
  };
});

const bound = { tokens: { token_type: 'DPoP' } };
/** An id_token that leaves out who the person is: userinfo tells. */
const thin = { ...bound, person: { sub: 'ann' }, userinfo: { sub: 'ann', groups: ['staff'] } };
const both = { scope: 'tools:read tools:write' };

afterEach(() => {
  office.judge.neverContent(false);
  office.judge.takeBearers(false);
});

const sentTo = (path: string): number =>
  office.idp.requests.filter((request) => request.path === path).length;

async function tokens() {
  const told = await signIn(requestOf(office.company, both));
  return office.desk.redeem(told.get('code') ?? '');
}

describe('a provider that demands a proof of possession', () => {
  verifies('rfc9449:8:upstream-nonce', 'is shown one, with the nonce that it asks for', async () => {
    office.idp.play(thin);
    const first = await tokens();
    expect([first.status, first.body['scope']]).toEqual([200, 'tools:read tools:write']);
    expect(office.judge.taken.map(({ path }) => path)).toEqual(['/token', '/userinfo']);
    expect(new Set(office.judge.taken.map(({ jkt }) => jkt)).size).toBe(1);
    expect(sentTo('/token')).toBe(2);
    // The nonce that it gave is in the first proof of the next.
    await tokens();
    expect(sentTo('/token')).toBe(3);
    office.judge.renewNonce();
    const { body } = await tokens();
    expect(sentTo('/token')).toBe(5);
    office.company.run.clock.advance(61);
    office.judge.renewNonce();
    const refreshed = await office.desk.refresh(body['refresh_token']);
    expect([refreshed.status, refreshed.body['scope']]).toEqual([200, 'tools:read tools:write']);
    expect(sentTo('/token')).toBe(7);
  });

  verifies(
    'rfc9449:8:upstream-nonce',
    'and gives tokens that are bound to no key, is asked with those',
    async () => {
      office.idp.play({ ...thin, tokens: { token_type: 'Bearer' } });
      office.judge.takeBearers(true);
      const before = office.judge.taken.length;
      const { body } = await tokens();
      expect(body['scope']).toBe('tools:read tools:write');
      expect(office.judge.taken.slice(before).map(({ path }) => path)).toEqual(['/token']);
    },
  );

  verifies(
    ['rfc9449:8:upstream-nonce', 'vestibule:provider-key-refused'],
    'and takes none, is asked twice and no more, and what is to be done is told',
    async () => {
      office.idp.play(bound);
      office.judge.neverContent(true);
      const [from, before] = [office.company.log.length, sentTo('/token')];
      const browser = createBrowser();
      await press(browser, pageOf(await answerTo(requestOf(office.company), browser)), 'allow');
      expect(sentTo('/token')).toBe(before + 2);
      const failed = eventsSince(office.company, from).find(({ event }) => event === 'sign_in_failed');
      expect(failed).toMatchObject({
        finding: 'dpop_proof_refused',
        fix: expect.stringContaining('Proof of possession') as string,
      });
      const { out } = await vestibule(office.company, ['idp', 'doctor', 'okta', '--json']);
      expect(out).toContain('dpop_proof_refused');
    },
  );

  verifies('vestibule:doctor-good', 'and takes ours, the doctor finds in order', async () => {
    office.idp.play({ ...bound, metadata: { code_challenge_methods_supported: ['S256'] } });
    office.judge.renewNonce();
    const { out } = await vestibule(office.company, ['idp', 'doctor', 'okta', '--json']);
    const { checks } = JSON.parse(out) as {
      readonly checks: readonly { readonly subject: string; readonly outcome: string }[];
    };
    expect(checks.find(({ subject }) => subject === 'token_endpoint')?.outcome).toBe('good');
  });

  verifies('vestibule:secrets-never-logged', 'leaves no proof in the log', () => {
    const log = office.company.log.join('\n');
    for (const { jti } of office.judge.taken) expect(log).not.toContain(jti);
    expect(log).not.toContain('dpop+jwt');
  });
});
