import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { VirtualClock } from '../../clock.ts';
import { AwsError, type Input, type Operation, run, type Service, unknownOperation } from '../service.ts';
import type { StateFile } from '../state-file.ts';
import { type AppClients, createAppClients, type PoolSettings, type UserPoolsState } from './app-clients.ts';

/** User pools as somebody else than the template made them. */
export interface UserPools {
  /** Makes an empty pool by that id; one that is there stays as it is. */
  readonly add: (id: string, settings?: PoolSettings) => void;
  /** The secrets of its app clients by their ids, as they are now. */
  readonly secretsOf: (id: string) => ReadonlyMap<string, string>;
  /** What its app clients were made with, by their ids. */
  readonly settingsOf: (id: string) => ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * App clients of user pools, of docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference: API_CreateUserPoolClient,
 * API_DeleteUserPoolClient, API_ListUserPoolClients and API_CreateManagedLoginBranding, with their constraints and errors.
 */
export function createCognito({
  region,
  account,
  clock,
  file,
}: {
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
  readonly file: StateFile<UserPoolsState>;
}): { readonly service: Service; readonly userPools: UserPools } {
  const clients = createAppClients(file, () => clock.now() / 1_000);
  const operations = operationsOn(clients);
  const arnOf = ({ UserPoolId: id }: Input): string =>
    typeof id === 'string' ? `arn:aws:cognito-idp:${region}:${account}:userpool/${id}` : '*';
  return {
    service: {
      prefix: 'cognito-idp',
      // API_Operations: each category of operations has a number of requests a second.
      throttled: new AwsError('TooManyRequestsException', 'Rate exceeded'),
      unavailable: new AwsError('InternalErrorException', 'An internal error occurred.', 500),
      requirements: (operation, input) => {
        if (!Object.hasOwn(operations, operation)) throw unknownOperation();
        return Promise.resolve([{ action: `cognito-idp:${operation}`, resource: arnOf(input) }]);
      },
      handle: (operation, input, caller) => run(operations, operation, input, caller),
    },
    userPools: {
      add: clients.addPool,
      secretsOf: (id) =>
        new Map(
          clients
            .all(id)
            .flatMap(({ ClientId, ClientSecret: secret }) => (secret ? [[ClientId, secret]] : [])),
        ),
      settingsOf: (id) => new Map(clients.all(id).map((each) => [each.ClientId, each])),
    },
  };
}

const poolId = v.pipe(v.string(), v.maxLength(55), v.regex(/^[\w-]+_[0-9a-zA-Z]+$/));
const clientId = v.pipe(v.string(), v.maxLength(128), v.regex(/^[\w+]+$/));
const scope = v.pipe(v.string(), v.minLength(1), v.maxLength(256), v.regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/));
const callback = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));

const createInput = v.strictObject({
  UserPoolId: poolId,
  ClientName: v.pipe(v.string(), v.minLength(1), v.maxLength(128), v.regex(/^[\w\s+=,.@-]+$/)),
  GenerateSecret: v.optional(v.boolean(), false),
  AllowedOAuthFlowsUserPoolClient: v.optional(v.boolean(), false),
  AllowedOAuthFlows: v.optional(
    v.pipe(v.array(v.picklist(['code', 'implicit', 'client_credentials'])), v.maxLength(3)),
    [],
  ),
  AllowedOAuthScopes: v.optional(v.pipe(v.array(scope), v.maxLength(50)), []),
  CallbackURLs: v.optional(v.pipe(v.array(callback), v.maxLength(100)), []),
  SupportedIdentityProviders: v.optional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(32))), []),
  ExplicitAuthFlows: v.optional(v.array(v.pipe(v.string(), v.regex(/^ALLOW_[A-Z_]+$/)))),
  PreventUserExistenceErrors: v.optional(v.picklist(['LEGACY', 'ENABLED'])),
});

function operationsOn(clients: AppClients): Record<string, Operation> {
  return {
    CreateUserPoolClient: reading(createInput, async ({ GenerateSecret, ...settings }) => {
      refuseUnsound(settings, clients.providersOf(settings.UserPoolId));
      return { UserPoolClient: await clients.add(settings.UserPoolId, settings, GenerateSecret) };
    }),
    CreateManagedLoginBranding: reading(
      v.strictObject({ UserPoolId: poolId, ClientId: clientId, UseCognitoProvidedValues: v.literal(true) }),
      async ({ UserPoolId, ClientId }) => {
        await clients.style(UserPoolId, ClientId);
        const ManagedLoginBrandingId = randomUUID();
        return {
          ManagedLoginBranding: { ManagedLoginBrandingId, UserPoolId, UseCognitoProvidedValues: true },
        };
      },
    ),
    DeleteUserPoolClient: reading(
      v.object({ UserPoolId: poolId, ClientId: clientId }),
      ({ UserPoolId, ClientId }) => clients.remove(UserPoolId, ClientId),
    ),
    ListUserPoolClients: reading(
      v.object({
        UserPoolId: poolId,
        MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60)), 60),
        NextToken: v.optional(v.pipe(v.string(), v.minLength(1), v.regex(/^\S+$/)), '0'),
      }),
      ({ UserPoolId, MaxResults, NextToken }) => {
        const all = clients.all(UserPoolId);
        const end = Number(NextToken) + MaxResults;
        const page = all.slice(Number(NextToken), end);
        return {
          UserPoolClients: page.map(({ ClientId, ClientName }) => ({ ClientId, ClientName, UserPoolId })),
          ...(all.length > end && { NextToken: String(end) }),
        };
      },
    ),
  };
}

/** Cognito says InvalidParameterException of what does not fit. */
function reading<Schema extends v.GenericSchema>(
  schema: Schema,
  work: (input: v.InferOutput<Schema>) => unknown,
): Operation {
  return (input) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return work(parsed.output);
    const [issue] = parsed.issues;
    throw invalid(
      `1 validation error detected: Value at '${v.getDotPath(issue) ?? 'request'}' failed to satisfy constraint: ${issue.message}`,
    );
  };
}

const usualScopes = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'];

/** What the parameters say of each other, and of a pool that has no resource servers. */
function refuseUnsound(
  settings: Omit<v.InferOutput<typeof createInput>, 'GenerateSecret'>,
  known: readonly string[],
): void {
  const { AllowedOAuthScopes: scopes, CallbackURLs: urls, SupportedIdentityProviders: providers } = settings;
  const isOAuth = settings.AllowedOAuthFlowsUserPoolClient;
  if (!isOAuth && [settings.AllowedOAuthFlows, scopes, urls].some(({ length }) => length > 0)) {
    throw invalid('AllowedOAuthFlowsUserPoolClient is required to be true for OAuth 2.0 settings.');
  }
  if (scopes.some((name) => !usualScopes.includes(name))) {
    throw new AwsError('ScopeDoesNotExistException', 'Invalid scope requested.');
  }
  for (const url of urls) {
    const { protocol, hostname, hash } = new URL(url);
    const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (hash !== '' || (protocol === 'http:' && !isLoopback)) throw invalid(`Invalid callback URL ${url}.`);
  }
  const unknown = providers.find((name) => name !== 'COGNITO' && !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(`The provider ${unknown} does not exist for User Pool ${settings.UserPoolId}.`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
