import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { google } from '../../support/third-parties/google.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { type Answer, drive } from '../support/driver.ts';
import { eventsSince, startOffice } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { trackerAgentsAt } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const type = 'urn:ietf:params:oauth:token-type';
const ofProvider = 'urn:vestibule:token-type:provider_access_token';
const calendar = 'https://www.googleapis.com/auth/calendar';

/** Nobody signs by it here. */
const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000';

/** The planner may have tokens of the calendar itself, and of an app. */
const withCalendar =
  (origin: string) =>
  (config: VestibuleConfig): VestibuleConfig => ({
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? {
            ...agent,
            onBehalfOf: {
              ...agent.onBehalfOf,
              calendar: { scopes: { 'calendar:read': ['plan'], 'events:write': ['plan'] } },
              code: { scopes: { 'contents:read': ['plan'] } },
            },
          }
        : agent,
    ),
    egress: {
      providers: [
        ...(config.egress?.providers ?? []),
        {
          ...{ id: 'calendar', name: 'Calendar', clientId: '1.apps.googleusercontent.example' },
          credential: {
            ...{ kind: 'oauth2', clientAuthentication: 'client_secret_post' },
            ...{ authorizationEndpoint: `${origin}/o/oauth2/v2/auth`, tokenEndpoint: `${origin}/token` },
            refresh: { kind: 'stable', narrows: true },
            revocation: { kind: 'rfc7009', endpoint: `${origin}/revoke` },
          },
          api: { origins: [origin] },
          scopes: {
            'calendar:read': {
              ...{ description: 'See your calendar', upstream: [`${calendar}.readonly`] },
              rules: ['GET /calendar/v3/**'],
            },
            'events:write': {
              ...{ description: 'Change your events', upstream: [`${calendar}.events`] },
              rules: ['POST /calendar/v3/**'],
            },
          },
          providerTokens: ['planner'],
        },
        {
          ...{ id: 'code', uses: 'github-app', clientId: 'Iv1.app', providerTokens: ['planner'] },
          credential: { kind: 'github_app', installation: '4711', keyArn },
        },
      ],
    },
    roles: (config.roles ?? []).map((role) =>
      role.id === 'everyone'
        ? { ...role, scopes: { ...role.scopes, calendar: ['calendar:read', 'events:write'] } }
        : role,
    ),
  });

interface Office extends Company {
  readonly there: ThirdParty;
}

const office = forThisFile(async (): Promise<Office> => {
  const there = await playThirdParty(google);
  const company = await startOffice(withCalendar(there.origin));
  await putIn(company, there.secret);
  return {
    ...{ ...company, there },
    stop: async () => {
      await company.stop();
      await there.stop();
    },
  };
});

/** As an operator puts in what the third party gave. */
async function putIn({ run }: Company, secret: string): Promise<void> {
  const [, arn] =
    Object.entries(run.outputs).find(([name]) => name.includes('EgressSecretcalendarArn')) ?? [];
  const credentials = run.cloud.operator;
  const client = new SecretsManagerClient({ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials });
  const SecretString = JSON.stringify({ client_secret: secret });
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString }));
  client.destroy();
}

const agents = trackerAgentsAt(office);

async function asked(token: string, more: Readonly<Record<string, string>>): Promise<Answer> {
  return drive(office).token(
    {
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: token },
      ...{ subject_token_type: `${type}:access_token`, resource: `${office.issuer}/egress/calendar` },
      ...{ requested_token_type: ofProvider, ...more },
    },
    await agents.basicOf(),
  );
}

describe('a token of a third party itself', () => {
  verifies(
    ['rfc8693:3:provider-token', 'rfc9396:5:narrowing-details'],
    'is of the scopes that are asked for alone, and leaves word of who has it',
    async () => {
      const [token, browser] = [await agents.tokenOf('alice'), createBrowser()];
      const before = await asked(token, {});
      expect([before.status, before.body['error']]).toEqual([400, 'interaction_required']);
      await agents.connects(browser, String(before.body['interaction_uri']));
      const from = office.log.length;
      const { status, body, text } = await asked(token, { scope: 'calendar:read' });
      expect([status, text, body]).toMatchObject([
        200,
        text,
        { issued_token_type: ofProvider, token_type: 'Bearer', expires_in: 300, scope: 'calendar:read' },
      ]);
      const given = String(body['access_token']);
      expect(office.there.canaries).toContain(given);
      expect(office.there.isGood(given)).toBe(true);
      expect(eventsSince(office, from)).toMatchObject([
        {
          ...{ event: 'provider_token_given', provider: 'calendar', holder: 'person', agentId: 'planner' },
          ...{ via: ['planner'], scope: 'calendar:read' },
        },
      ]);
      // There are no repositories to narrow it by.
      const details = JSON.stringify([{ type: 'vestibule_egress', repositories: ['hello'] }]);
      const byDetails = await asked(token, { scope: 'calendar:read', authorization_details: details });
      expect([byDetails.status, byDetails.body['error']]).toEqual([400, 'invalid_target']);
      await agents.disconnects(browser);
      expect((await asked(token, { scope: 'calendar:read' })).body['error']).toBe('interaction_required');
      const written = office.log.join('\n');
      for (const canary of office.there.canaries) expect(written).not.toContain(canary);
    },
  );

  verifies(
    'rfc9396:10:details-types',
    'is narrowed by details whose type stands in the metadata, where it is narrowed by any',
    async () => {
      const typesAt = async (path: string) =>
        (await drive(office).get(`/.well-known/${path}`)).body['authorization_details_types_supported'];
      expect(await typesAt('oauth-authorization-server')).toEqual(['vestibule_egress']);
      expect(await typesAt('oauth-protected-resource/egress/code')).toEqual(['vestibule_egress']);
      expect(await typesAt('oauth-protected-resource/egress/calendar')).toBeUndefined();
      expect(await typesAt('oauth-protected-resource/demo')).toBeUndefined();
    },
  );
});
