import { createHash, randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoGrants } from '../../../lambdas/adapters/dynamodb/grants.ts';
import { issueCode, newGrantId } from '../../../lambdas/oauth/grants/issue-code.ts';
import type { CodeBinding, GrantedBy, Grants, GrantTerms } from '../../../lambdas/ports/grants.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Answer, Driver } from './driver.ts';

/** What a person granted, as the authorization endpoint would have it kept. */
export interface Wish {
  readonly clientId: string;
  readonly agentId?: string;
  readonly resource?: string;
  readonly scope?: readonly string[];
  readonly offline?: boolean;
  readonly keptUpstream?: boolean;
  readonly nonce?: string;
  readonly dpopJkt?: string;
  readonly person?: Partial<GrantedBy>;
}

/** A code with all that its client knows of it. */
export interface GrantedCode {
  readonly grantId: GrantId;
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

export interface Granting {
  /** The grants of the running deployment. */
  readonly grants: Grants;
  readonly code: (wish: Wish) => Promise<GrantedCode>;
  /** The token request of a public client; `more` is laid over, and `undefined` leaves a parameter out. */
  readonly redeem: (
    granted: GrantedCode,
    clientId: string,
    more?: Readonly<Record<string, string | undefined>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly refresh: (
    refreshToken: unknown,
    clientId: string,
    more?: Readonly<Record<string, string | undefined>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly stop: () => void;
}

export const redirectUri = 'http://127.0.0.1/callback';

export const alice: GrantedBy = {
  ...{ id: `person.${'a'.repeat(43)}` as PersonId, idp: 'demo' as IdpId },
  ...{ name: 'Alice Example', preferredUsername: 'alice', email: 'alice@example.com', emailVerified: true },
  ...{ roles: ['everyone', 'engineering'], authTime: instant(1_700_000_000), acr: '1', amr: ['pwd'] },
};

/** Grants of people at a running deployment, in the hands of someone who may write its table. */
export function grantingAt({ run, operator }: TestDeployment, client: Driver): Granting {
  const dynamo = new DynamoDBClient({
    ...{ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator },
  });
  const table = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleGrantsTable'))!;
  const grants = dynamoGrants({ client: dynamo, table: table.physicalId });
  const post = (
    form: Readonly<Record<string, string | undefined>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> =>
    client.token(
      Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined),
      headers,
    );
  return {
    grants,
    code: async (wish) => {
      const [id, verifier] = [newGrantId(systemRandom), randomBytes(32).toString('base64url')];
      const now = instant(Math.floor(run.clock.now() / 1000));
      const asked = { terms: termsOf(id, wish), binding: bindingOf(verifier, wish) };
      const code = await issueCode({ grants, random: systemRandom }, asked, now);
      return { grantId: id, code: code.reveal(), verifier, redirectUri };
    },
    redeem: ({ code, verifier, redirectUri: uri }, clientId, more = {}, headers = {}) =>
      post(
        {
          ...{ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: uri },
          ...{ client_id: clientId, ...more },
        },
        headers,
      ),
    refresh: (token, clientId, more = {}, headers = {}) =>
      post(
        { grant_type: 'refresh_token', refresh_token: String(token), client_id: clientId, ...more },
        headers,
      ),
    stop: () => {
      dynamo.destroy();
    },
  };
}

function termsOf(id: GrantId, wish: Wish): GrantTerms {
  const { scope = ['tools:read'], offline = true, keptUpstream = false } = wish;
  return {
    ...{ id, clientId: wish.clientId as ClientId, person: { ...alice, ...wish.person } },
    ...(wish.agentId !== undefined && { agentId: wish.agentId as AgentId }),
    ...(wish.resource !== undefined && { resource: wish.resource as ResourceUri }),
    ...{ scope: scope as readonly ScopeName[], offline, keptUpstream },
  };
}

function bindingOf(verifier: string, { nonce, dpopJkt }: Wish): CodeBinding {
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  return {
    ...{ redirectUri, codeChallenge },
    ...(nonce !== undefined && { nonce }),
    ...(dpopJkt !== undefined && { dpopJkt }),
  };
}
