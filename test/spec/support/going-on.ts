import { decodeJwt, type JWTPayload } from 'jose';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Answer } from './driver.ts';
import { at, type Exchanging, startExchanging } from './exchanging.ts';
import type { GrantedCode, Wish } from './granted.ts';

export const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token';
export const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';

/** The chain, in which the reports and the planner may go on while the person is away. */
export function withRefreshes(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    resources: config.resources.map((resource) =>
      resource.id === 'reports' && resource.onBehalfOf?.['ledger'] !== undefined
        ? { ...resource, onBehalfOf: { ledger: { ...resource.onBehalfOf['ledger'], refreshTokens: true } } }
        : resource,
    ),
    agents: config.agents.map((agent) =>
      agent.id === 'planner' && agent.onBehalfOf?.['analyst'] !== undefined
        ? {
            ...agent,
            onBehalfOf: {
              ...agent.onBehalfOf,
              analyst: { ...agent.onBehalfOf['analyst'], refreshTokens: true },
            },
          }
        : agent,
    ),
    clients: [
      ...config.clients,
      {
        ...{ id: 'reports-without', resource: 'reports', authentication: { method: 'client_secret_basic' } },
        grants: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      },
    ],
  };
}

/** What a person let the desk do, and what the desk has of it. */
export interface Sent {
  readonly granted: GrantedCode;
  readonly token: string;
  readonly claims: JWTPayload;
  readonly refreshToken: string;
}

export interface GoingOn extends Exchanging {
  /** A token of alice for the reports, of a grant with refresh tokens; and what its client has. */
  readonly sent: (wish?: Partial<Wish>) => Promise<Sent>;
  /** The refresh token that the reports get for it; `clientId` asks in their place. */
  readonly opened: (
    token: string,
    more?: Readonly<Record<string, string>>,
    clientId?: string,
  ) => Promise<Answer>;
  /** The same, of which a token is expected. */
  readonly familyOf: (token: string) => Promise<string>;
  readonly refresh: (
    refreshToken: unknown,
    more?: Readonly<Record<string, string>>,
    clientId?: string,
  ) => Promise<Answer>;
  readonly isActive: (token: unknown, serverId?: string) => Promise<unknown>;
  readonly revoke: (clientId: string, token: string) => Promise<void>;
}

export async function startGoingOn(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<GoingOn> {
  const house = await startExchanging((config) => change(withRefreshes(config)));
  const { client, granting } = house;
  const opened: GoingOn['opened'] = (token, more = {}, clientId = 'reports-server') =>
    house.exchange(clientId, token, { requested_token_type: refreshTokenType, resource: at.ledger, ...more });
  return {
    ...house,
    opened,
    sent: async (wish = {}) => {
      const clientId = wish.clientId ?? 'desk';
      const asked = { resource: at.reports, scope: ['reports:read', 'reports:write'] };
      const granted = await granting.code({ clientId, ...asked, ...wish });
      const { body, text, status } = await granting.redeem(granted, clientId);
      if (status !== 200) throw new Error(`${status} ${text}`);
      const token = String(body['access_token']);
      return { granted, token, claims: decodeJwt(token), refreshToken: String(body['refresh_token']) };
    },
    familyOf: async (token) => {
      const { status, body, text } = await opened(token);
      if (status !== 200) throw new Error(`${status} ${text}`);
      return String(body['access_token']);
    },
    refresh: async (refreshToken, more = {}, clientId = 'reports-server') =>
      client.token(
        { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...more },
        await house.as(clientId),
      ),
    isActive: async (token, serverId = 'ledger-server') =>
      (await house.introspect(serverId, String(token))).body['active'],
    revoke: async (clientId, token) => {
      const isPublic = clientId === 'desk';
      const { status, text } = await client.send('/revoke', {
        ...{ method: 'POST', headers: isPublic ? {} : await house.as(clientId) },
        body: new URLSearchParams({ token, ...(isPublic && { client_id: clientId }) }),
      });
      if (status !== 200) throw new Error(`${status} ${text}`);
    },
  };
}
