import {
  CognitoIdentityProviderClient,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  ListUserPoolClientsCommand,
  ManagedLoginBrandingExistsException,
  ResourceNotFoundException,
  type UserPoolClientDescription,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import type {
  MadeClient,
  UpstreamRegistrationRefusal,
  UpstreamRegistrations,
} from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { clientDefaults } from '../aws.ts';
import { dependencyFailure, refusalOf, type Refused } from './failures.ts';
import { readUserPool, type UserPool } from './user-pool.ts';

/** A user pool that clients of ours are registered at. */
export interface PoolRegistration {
  readonly arn: string;
  /** By their names in the pool, where people may sign in with these clients: `COGNITO`, the pool itself, or others. */
  readonly supportedIdentityProviders: readonly string[];
  /** Its domain shows an app client no page before it has a branding style. */
  readonly managedLogin: boolean;
}

interface Options {
  /** Ours: callbacks are under it. */
  readonly issuer: Issuer;
  readonly pools: ReadonlyMap<IdpId, PoolRegistration>;
}

/** One try, because each makes a client of its own, and less time than who asks for it has. Times are milliseconds. */
const makingDefaults = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 5_000 },
} as const;

/** What one page of the list holds at most. */
const pageSize = 60;
/** A pool has 1,000 app clients by default, and 10,000 at most. */
const mostPages = 170;

/** App clients of user pools, made and removed by the API of AWS: the role of the function is the only credential. */
export function userPoolRegistrations({ issuer, pools }: Options): UpstreamRegistrations {
  const poolOf = ({ id }: IdentityProvider): PoolRegistration & UserPool => {
    const pool = pools.get(id);
    if (pool === undefined) throw new Error(`there is no user pool of identity provider ${id}`);
    return { ...pool, ...readUserPool(pool.arn) };
  };
  return {
    prepare: (idp, { name }) => {
      const pool = poolOf(idp);
      const redirectUri = `${issuer}/callback/${idp.id}`;
      const command = creation(pool, idp, { name, redirectUri });
      const client = new CognitoIdentityProviderClient({ ...makingDefaults, region: pool.region });
      const make = async (): Promise<Result<MadeClient, UpstreamRegistrationRefusal>> => {
        try {
          const made = madeOf((await client.send(command)).UserPoolClient ?? {}, redirectUri);
          return made.ok && pool.managedLogin ? await withPages(pool, made.value) : made;
        } catch (error) {
          return refuse(refusedBy(idp, error));
        }
      };
      return Promise.resolve(ok(make));
    },
    remove: async (idp, { id: ClientId }) => {
      const { region, id: UserPoolId } = poolOf(idp);
      try {
        await clientIn(region).send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId }));
        return 'removed';
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'gone';
        return refusedBy(idp, error).kind;
      }
    },
    // An update sets back all that is not repeated in it, what an administrator changed there too: the name is not worth that.
    rename: () => Promise.resolve({ outcome: 'refused' }),
    find: async (idp, name) => {
      try {
        return await findIn(poolOf(idp), name);
      } catch (error) {
        refusedBy(idp, error);
        return undefined;
      }
    },
  };
}

function clientIn(region: string): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({ ...clientDefaults, region });
}

/** Throws where it was not refused: nobody knows what came of that, or may try again. */
function refusedBy(idp: IdentityProvider, error: unknown): Refused {
  const refusal = refusalOf(error);
  if (refusal === undefined) throw dependencyFailure(idp.id, error);
  return refusal;
}

function creation(
  { id: UserPoolId, supportedIdentityProviders }: PoolRegistration & UserPool,
  { scopes }: IdentityProvider,
  { name, redirectUri }: { readonly name: string; readonly redirectUri: string },
): CreateUserPoolClientCommand {
  return new CreateUserPoolClientCommand({
    ...{ UserPoolId, ClientName: name, GenerateSecret: true },
    ...{ AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'] },
    AllowedOAuthScopes: [...scopes],
    CallbackURLs: [redirectUri],
    SupportedIdentityProviders: [...supportedIdentityProviders],
    // People sign in at its pages alone: nobody sends it a password of theirs by this client.
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
  });
}

/** A style that Cognito provides; without one, whoever signs in is told that there are no pages. */
async function withPages(
  { region, id: UserPoolId }: UserPool,
  made: MadeClient,
): Promise<Result<MadeClient, UpstreamRegistrationRefusal>> {
  const { id } = made;
  const style = { UserPoolId, ClientId: id, UseCognitoProvidedValues: true };
  try {
    await clientIn(region).send(new CreateManagedLoginBrandingCommand(style));
  } catch (error) {
    // It was made by a try whose reply was lost.
    if (error instanceof ManagedLoginBrandingExistsException) return ok(made);
    const { name } = error as { readonly name?: string };
    return refuse({
      kind: 'unusable',
      problem: `it gives the client no branding style (${name ?? 'no answer'})`,
      made: { id },
    });
  }
  return ok(made);
}

async function findIn(
  { region, id: UserPoolId }: UserPool,
  name: string,
): Promise<readonly string[] | undefined> {
  const client = clientIn(region);
  const found: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new ListUserPoolClientsCommand({ UserPoolId, MaxResults: pageSize, NextToken });
    const { UserPoolClients: clients = [], NextToken: next } = await client.send(command);
    found.push(...idsNamed(clients, name));
    if (next === undefined) return found;
    NextToken = next;
  }
  return undefined;
}

function idsNamed(clients: readonly UserPoolClientDescription[], name: string): readonly string[] {
  return clients.flatMap(({ ClientId: id, ClientName: own }) => (own === name && id ? [id] : []));
}

function madeOf(
  { ClientId: id, ClientSecret: secret, CallbackURLs: uris }: UserPoolClientType,
  redirectUri: string,
): Result<MadeClient, UpstreamRegistrationRefusal> {
  if (!id) return refuse({ kind: 'unusable', problem: 'it names no client' });
  if (!secret) return refuse({ kind: 'unusable', problem: 'it gives no client secret', made: { id } });
  if (uris?.includes(redirectUri) !== true) {
    return refuse({ kind: 'unusable', problem: 'it did not register our redirect URI', made: { id } });
  }
  return ok({ id, proof: { method: 'client_secret_basic', secret: new Secret(secret) } });
}
