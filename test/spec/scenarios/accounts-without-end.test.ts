import { describe, expect } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { egressSecret } from '../../../local/demo/federation-secret.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { github, githubOAuthApp } from '../../support/third-parties/github.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { eventsSince, pageOf, pressLabel } from '../support/people.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const clientId = 'Iv1.gh';
const [grantPath, checkPath] = [`/applications/${clientId}/grant`, '/user'];

/** The planner looks at issues for people, by an app whose tokens are good until they are revoked. */
function withForge(config: VestibuleConfig, origin: string): VestibuleConfig {
  const parameters = { access_token: '{access_token}' };
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? { ...agent, onBehalfOf: { ...agent.onBehalfOf, forge: { scopes: { 'issues:read': ['plan'] } } } }
        : agent,
    ),
    roles: (config.roles ?? []).map((role) =>
      role.id === 'everyone'
        ? { ...role, scopes: { ...role.scopes, 'planner-agent': ['plan'], forge: ['issues:read'] } }
        : role,
    ),
    egress: {
      providers: [
        ...(config.egress?.providers ?? []),
        {
          ...{ id: 'forge', uses: 'github', clientId, api: { origins: [origin] } },
          credential: {
            kind: 'oauth2',
            authorizationEndpoint: `${origin}${github.paths.authorize ?? ''}`,
            tokenEndpoint: `${origin}${github.paths.token}`,
            revocation: {
              ...{ kind: 'api', method: 'DELETE', url: `${origin}/applications/{client_id}/grant` },
              ...{ authentication: 'client', body: 'json', parameters, done: [204] },
              checkUrl: `${origin}${checkPath}`,
            },
          },
        },
      ],
    },
  };
}

interface ForgeOffice extends PlayedOffice {
  readonly forge: ThirdParty;
}

async function startForgeOffice(): Promise<ForgeOffice> {
  let secret = '';
  const forge = await playThirdParty(githubOAuthApp(() => secret));
  try {
    const played = await startPlayedOffice({ change: (config) => withForge(config, forge.origin) });
    secret = await egressSecret(played.company.run, 'forge');
    return {
      ...{ ...played, forge },
      stop: async () => {
        await Promise.all([played.stop(), forge.stop()]);
      },
    };
  } catch (error) {
    await forge.stop();
    throw error;
  }
}

const office = forThisFile(startForgeOffice);

/** So much time passes, and what is done each minute is done then. */
async function later(seconds: number): Promise<void> {
  office.company.run.clock.advance(seconds);
  await office.company.run.runSchedules();
}

describe('an account whose token is good until it is revoked', () => {
  verifies(
    'vestibule:disconnect-revokes',
    'is gone once the third party says that there is no such token, where its answer was lost',
    async () => {
      const { company, forge } = office;
      const browser = createBrowser();
      const url = new URL('/connect/forge?agent=planner&scope=issues:read', company.issuer);
      const done = pageOf(await pressLabel(browser, pageOf(await browser.open(url)), 'Connect'));
      expect(done.text).toContain('is connected');
      const [from, given] = [company.log.length, forge.canaries.filter((each) => forge.isGood(each))];
      expect(given).toHaveLength(1);
      const eventsOf = () => eventsSince(company, from).map(({ event }) => event);
      forge.mishap(grantPath, 'hang up');
      await pressLabel(
        browser,
        pageOf(await browser.open(new URL('/account', company.issuer))),
        'Disconnect',
      );
      expect(eventsOf()).toEqual(expect.arrayContaining(['disconnect_asked', 'revocation_failed']));
      for (const token of given) expect(forge.isGood(token)).toBe(false);
      forge.mishap(checkPath, 'down');
      await later(120);
      expect([forge.asked(grantPath), forge.asked(checkPath)]).toEqual([2, 1]);
      expect(eventsOf()).not.toContain('connection_revoked');
      await later(300);
      expect([forge.asked(grantPath), forge.asked(checkPath)]).toEqual([3, 2]);
      const revoked = { event: 'connection_revoked', proof: 'gone' };
      expect(eventsSince(company, from)).toContainEqual(expect.objectContaining(revoked));
      for (const token of given) expect(company.log.join('\n')).not.toContain(token);
    },
    120_000,
  );
});
