import {
  CognitoIdentityProviderClient,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  DeleteUserPoolClientCommand,
  ListUserPoolClientsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cloud, startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';

// What the product relies on in Cognito: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference.

const UserPoolId = 'us-east-1_aBcDeF';
let cloud: Cloud;
let cognito: CognitoIdentityProviderClient;

beforeAll(async () => {
  cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000', clock: createVirtualClock() },
    faults: createFaultPlan(),
  });
  cloud.userPools.add(UserPoolId, { identityProviders: ['Staff'], mostClients: 130 });
  cognito = clientOf(cloud.root);
});

afterAll(async () => {
  cognito.destroy();
  await cloud.stop();
});

function clientOf(credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }) {
  return new CognitoIdentityProviderClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
}

async function create(input: Partial<CreateUserPoolClientCommandInput> = {}) {
  const command = new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'Scribe', ...input });
  return (await cognito.send(command)).UserPoolClient!;
}

const remove = (ClientId: string | undefined) =>
  cognito.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId }));

it('makes an app client with a secret where one is asked for, and another each time', async () => {
  const oauth = {
    ...{ GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code' as const] },
    ...{ AllowedOAuthScopes: ['openid'], CallbackURLs: ['https://auth.example.com/callback/pool'] },
    SupportedIdentityProviders: ['COGNITO', 'Staff'],
  };
  const [one, other] = [await create(oauth), await create(oauth)];
  expect(one).toMatchObject({ ClientName: 'Scribe', UserPoolId, CallbackURLs: oauth.CallbackURLs });
  expect(one.ClientId).toMatch(/^[a-z0-9]{26}$/);
  expect(one.ClientSecret).toMatch(/^[a-z0-9]{51}$/);
  expect(one.CreationDate).toBeInstanceOf(Date);
  expect([other.ClientName, other.ClientId === one.ClientId]).toEqual(['Scribe', false]);
  expect((await create()).ClientSecret).toBeUndefined();
});

it('lists them a page at a time, without their secrets', async () => {
  for (let at = 0; at < 70; at += 1) await create({ ClientName: `Many ${at}`, GenerateSecret: true });
  const seen: (string | undefined)[] = [];
  let NextToken: string | undefined;
  let pages = 0;
  do {
    const command = new ListUserPoolClientsCommand({ UserPoolId, MaxResults: 60, NextToken });
    const page = await cognito.send(command);
    expect(page.UserPoolClients?.every((each) => !('ClientSecret' in each))).toBe(true);
    seen.push(...(page.UserPoolClients ?? []).map(({ ClientName }) => ClientName));
    ({ NextToken } = page);
    pages += 1;
  } while (NextToken !== undefined);
  expect([pages, seen.filter((name) => name?.startsWith('Many '))]).toEqual([
    2,
    Array.from({ length: 70 }, (_, at) => `Many ${at}`),
  ]);
});

it('deletes one once, and knows none that it never had', async () => {
  const { ClientId } = await create();
  await remove(ClientId);
  for (const id of [ClientId, 'never']) {
    await expect(remove(id)).rejects.toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
  }
});

it('gives an app client a branding style once', async () => {
  const { ClientId } = await create();
  const style = (id: string | undefined) =>
    cognito.send(
      new CreateManagedLoginBrandingCommand({ UserPoolId, ClientId: id, UseCognitoProvidedValues: true }),
    );
  expect((await style(ClientId)).ManagedLoginBranding).toMatchObject({ UserPoolId });
  await expect(style(ClientId)).rejects.toThrow(
    expect.objectContaining({ name: 'ManagedLoginBrandingExistsException' }),
  );
  await expect(style('never')).rejects.toThrow(
    expect.objectContaining({ name: 'ResourceNotFoundException' }),
  );
});

it.each([
  ['a pool that is not there', { UserPoolId: 'us-east-1_other' }, 'ResourceNotFoundException'],
  ['a name with parentheses', { ClientName: 'Scribe (dyn)' }, 'InvalidParameterException'],
  ['a name with letters beyond ASCII', { ClientName: 'Schönschreiber' }, 'InvalidParameterException'],
  ['a scope that the pool does not have', { AllowedOAuthScopes: ['groups'] }, 'ScopeDoesNotExistException'],
  ['another provider than the pool has', { SupportedIdentityProviders: ['X'] }, 'InvalidParameterException'],
  ['a callback over plain http', { CallbackURLs: ['http://example.com/'] }, 'InvalidParameterException'],
  ['OAuth without OAuth', { AllowedOAuthFlowsUserPoolClient: false }, 'InvalidParameterException'],
])('refuses %s', async (_what, input, name) => {
  const oauth = { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code' as const] };
  await expect(create({ ...oauth, ...input })).rejects.toThrow(expect.objectContaining({ name }));
});

it('refuses one more than the account may have', async () => {
  const full = async () => {
    for (;;) await create();
  };
  await expect(full()).rejects.toThrow(expect.objectContaining({ name: 'LimitExceededException' }));
  expect(cloud.userPools.settingsOf(UserPoolId).size).toBe(130);
});

it('lets a role do what its policy says of that one pool, and nothing else', async () => {
  cloud.userPools.add('us-east-1_other');
  const maker = clientOf(
    cloud.principalFor('arn:aws:iam::000000000000:role/Maker', [
      {
        Statement: {
          Effect: 'Allow',
          Action: 'cognito-idp:ListUserPoolClients',
          Resource: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`,
        },
      },
    ]),
  );
  const list = (id: string) => maker.send(new ListUserPoolClientsCommand({ UserPoolId: id }));
  expect((await list(UserPoolId)).UserPoolClients).toHaveLength(60);
  for (const denied of [
    list('us-east-1_other'),
    maker.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId: 'any' })),
  ]) {
    await expect(denied).rejects.toThrow(expect.objectContaining({ name: 'AccessDeniedException' }));
  }
  maker.destroy();
});

it('says when it is asked too often', async () => {
  cloud.faults.add('cognito-idp:ListUserPoolClients=throttle@*');
  await expect(cognito.send(new ListUserPoolClientsCommand({ UserPoolId, MaxResults: 1 }))).rejects.toThrow(
    expect.objectContaining({ name: 'TooManyRequestsException' }),
  );
  cloud.faults.clear();
});
