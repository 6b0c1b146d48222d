import { expect, test } from 'vitest';
import { grants, keys, matrixOf, readsSecrets, registry, row, signs, writesItsLog } from './roles.ts';
import { aConfig } from './synthesized.ts';

const people = {
  ...aConfig,
  identityProviders: [
    { id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' },
    {
      id: 'partner',
      issuer: 'https://partner.example.com',
      clientId: 'vestibule',
      clientSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-AbCdEf',
    },
  ],
};

test('one function alone holds what identity providers know us by, and what is kept of people', () => {
  const { Downstream: downstream, ...others } = matrixOf(people);
  expect(downstream).toEqual([
    writesItsLog('Downstream'),
    row(
      ['secretsmanager:GetSecretValue'],
      expect.stringMatching(/^<VestibuleIdpSecretcompanySecret>$/) as string,
    ),
    readsSecrets,
    row(
      ['secretsmanager:GetSecretValue'],
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-AbCdEf',
    ),
    row(['dynamodb:BatchGetItem'], registry, keys('idp#*', 'api#*')),
    row(
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      '<VestibuleVaultTable.Arn>',
      keys('upstream-grant#*'),
    ),
    row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
      'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
      'StringEquals kms:EncryptionContext:purpose': 'upstream-grant',
    }),
  ]);
  for (const [name, statements] of Object.entries(others)) {
    expect([name, JSON.stringify(statements)]).toEqual([
      name,
      expect.not.stringMatching(/VaultTable|upstream-grant|IdpSecret|secret:partner/),
    ]);
  }
});

test('tokens that agents get as themselves are kept where the config gives them any, by the same function alone', () => {
  const files = {
    ...{ id: 'files-api', uri: 'https://api.example.com/files', idp: 'company', scopes: ['read'] },
    strategy: { kind: 'rfc8693' },
  } as const;
  const giving = (agents: { readonly agents?: Readonly<Record<string, readonly string[]>> }) => {
    const { Downstream: downstream = [], ...others } = matrixOf({
      ...people,
      downstreamApis: [{ ...files, ...agents }],
    });
    expect(JSON.stringify(others)).not.toContain('machine-token');
    return downstream.filter((statement) => JSON.stringify(statement).includes('machine-token'));
  };
  expect(giving({})).toEqual([]);
  expect(giving({ agents: { [aConfig.agents[0]!.id]: ['read'] } })).toEqual([
    row(['dynamodb:GetItem', 'dynamodb:UpdateItem'], '<VestibuleVaultTable.Arn>', keys('machine-token#*')),
    row(['kms:Decrypt', 'kms:GenerateDataKey'], '<VestibuleDataKey.Arn>', {
      'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
      'StringEquals kms:EncryptionContext:purpose': 'machine-token',
    }),
  ]);
});

const read = 'dynamodb:GetItem';
const put = 'dynamodb:PutItem';
const update = 'dynamodb:UpdateItem';
const readSeveral = 'dynamodb:BatchGetItem';
const asks = row(['lambda:InvokeFunction'], '<VestibuleDownstreamFunction.Arn>');

test('operators have identity providers looked at by the function that talks to them', () => {
  expect(matrixOf(people)['Admin']).toContainEqual(asks);
});

test('registration makes and ends clients that registered themselves, and touches no other', () => {
  expect(matrixOf(people)['Registration']).toEqual([
    writesItsLog('Registration'),
    row(['dynamodb:DeleteItem', read, put], registry, keys('client#dyn_*')),
    row([update], grants, keys('ended#*')),
    row([update], grants, keys('bucket#registration#*')),
  ]);
});

test('registration by initial access tokens finds them and counts their uses, and makes none', () => {
  const byToken = { ...people, registration: { mode: 'initial_access_token' } } as const;
  expect(matrixOf(byToken)['Registration']).toEqual([
    writesItsLog('Registration'),
    row(['dynamodb:ConditionCheckItem', read, update], registry, keys('registration-token#*')),
    row(['dynamodb:DeleteItem', read, put], registry, keys('client#dyn_*')),
    row([update], grants, keys('ended#*')),
    row([update], grants, keys('bucket#registration#*')),
  ]);
});

test('one function alone has by what clients are registered at identity providers, and opens by what they are removed', () => {
  const [company, partner] = people.identityProviders;
  if (company === undefined || partner === undefined) throw new Error('there are two');
  const registration = { mode: 'proxied' } as const;
  const proxied = {
    ...people,
    registration: { mode: 'initial_access_token' },
    identityProviders: [{ ...company, registration }, partner],
  } as const;
  const vault = '<VestibuleVaultTable.Arn>';
  const sealed = (actions: readonly string[], purpose: string) =>
    row(actions, '<VestibuleDataKey.Arn>', {
      'StringEquals kms:EncryptionContext:deployment': 'Vestibule',
      'StringEquals kms:EncryptionContext:purpose': purpose,
    });
  const { Enrolment: enrolment, ...others } = matrixOf(proxied);
  expect(enrolment).toEqual([
    writesItsLog('Enrolment'),
    row(['secretsmanager:GetSecretValue'], '<VestibuleBootstrapcompanySecret>'),
    readsSecrets,
    row([read], registry, keys('client#dyn_*', 'client-document#*')),
    row([update], registry, keys('client-document#*')),
    row([readSeveral], registry, keys('idp#*')),
    row(['dynamodb:DeleteItem', read, put, update], vault, keys('enrolment#*')),
    row([read, update], vault, keys('enrolment-places#*')),
    sealed(['kms:GenerateDataKey'], 'enrolment-proof'),
    sealed(['kms:Decrypt', 'kms:GenerateDataKey'], 'enrolment-registration'),
  ]);
  expect(others['Downstream']).toEqual(
    expect.arrayContaining([
      row([read], vault, keys('enrolment#*')),
      sealed(['kms:Decrypt'], 'enrolment-proof'),
    ]),
  );
  const invokes = row(['lambda:InvokeFunction'], '<VestibuleEnrolmentFunction.Arn>');
  const invoking = (matrix: typeof others): readonly string[] =>
    Object.entries(matrix).flatMap(([name, statements]) => {
      const ofEnrolment = statements.filter((each) => JSON.stringify(each).includes('EnrolmentFunction'));
      if (name === 'EnrolmentSweep' || name === 'Enrolment' || ofEnrolment.length === 0) return [];
      expect([name, ofEnrolment]).toEqual([name, [invokes]]);
      return [name];
    });
  expect(invoking(others).toSorted()).toEqual(['Admin', 'Registration']);
  const curating = { ...proxied, clientMetadataDocuments: { curated: [{ host: 'app.example.com' }] } };
  // Whoever keeps metadata documents has those of curated hosts enrolled.
  expect(invoking(matrixOf(curating)).toSorted()).toEqual([
    ...['Admin', 'Authorization', 'Registration', 'Requests'],
  ]);
  for (const [name, statements] of Object.entries(others)) {
    const text = JSON.stringify(statements);
    expect([name, text]).toEqual([name, expect.not.stringMatching(/Bootstrap|enrolment-registration/)]);
  }
  expect(matrixOf(people)).not.toHaveProperty('Enrolment');
});

test('at a user pool, that function makes, removes and finds app clients of this one pool, and needs no credential', () => {
  const registration = { mode: 'proxied' } as const;
  const cognito = {
    ...aConfig,
    registration: { mode: 'initial_access_token' },
    identityProviders: [
      {
        ...{ id: 'pool', issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeF' },
        ...{ clientId: 'vestibule', registration },
      },
    ],
  } as const;
  const pool = 'arn:<AWS::Partition>:cognito-idp:eu-west-1:<AWS::AccountId>:userpool/eu-west-1_aBcDeF';
  const { Enrolment: enrolment, ...others } = matrixOf(cognito);
  expect(enrolment?.slice(0, 3)).toEqual([
    writesItsLog('Enrolment'),
    row(
      [
        'cognito-idp:CreateUserPoolClient',
        'cognito-idp:DeleteUserPoolClient',
        'cognito-idp:ListUserPoolClients',
      ],
      pool,
    ),
    row([read], registry, keys('client#dyn_*', 'client-document#*')),
  ]);
  expect(JSON.stringify(enrolment)).not.toContain('secretsmanager');
  expect(JSON.stringify(others)).not.toContain('cognito-idp');
  const [idp] = cognito.identityProviders;
  const withPages = { ...idp, registration: { ...registration, managedLogin: true } };
  expect(matrixOf({ ...cognito, identityProviders: [withPages] })['Enrolment']?.[1]).toEqual(
    row(
      [
        'cognito-idp:CreateManagedLoginBranding',
        'cognito-idp:CreateUserPoolClient',
        'cognito-idp:DeleteUserPoolClient',
        'cognito-idp:ListUserPoolClients',
      ],
      pool,
    ),
  );
});

test('operators see what people granted and end it, and make none of it', () => {
  expect(matrixOf(people)['Admin']).toEqual(
    expect.arrayContaining([
      asks,
      row([update], grants, keys('ended#*')),
      row([readSeveral], grants, keys('consents#*', 'person#*', 'grant#*')),
      row([update], grants, keys('person#*', 'person-end#*', 'grant#*')),
    ]),
  );
  expect(matrixOf(people)['Admin']).toHaveLength(7);
});

test('the token endpoint redeems and ends what people granted, goes on from it, and answers devices that wait', () => {
  expect(matrixOf(people)['Token']).toEqual([
    writesItsLog('Token'),
    asks,
    row(['secretsmanager:GetSecretValue'], '<VestibuleNoncesSecret>'),
    readsSecrets,
    signs,
    row(
      [readSeveral],
      registry,
      keys(
        ...['client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*'],
        ...['client-document#*', 'idp#*', 'api#*'],
      ),
    ),
    row([read], grants, keys('grant#*')),
    row([update], grants, keys('grant#*', 'ended#*')),
    row([read, update], grants, keys('device#*')),
    row([put], grants, keys('assertion#*', 'proof#*')),
    row([put], grants, keys('opaque-token#*')),
    row([read], grants, keys('opaque-token#*')),
    row([readSeveral], grants, keys('revoked#*', 'person-end#*', 'grant#*')),
    row([update], grants, keys('bucket#client#*', 'bucket#address#*')),
  ]);
});

test('introspection reads and ends what people granted, and makes none of it', () => {
  expect(matrixOf(people)['Introspection']).toEqual([
    writesItsLog('Introspection'),
    asks,
    signs,
    row(
      [readSeveral],
      registry,
      keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*', 'client-document#*'),
    ),
    row([read], grants, keys('grant#*')),
    row([update], grants, keys('grant#*', 'ended#*')),
    row([read], grants, keys('opaque-token#*')),
    row([readSeveral], grants, keys('revoked#*', 'person-end#*', 'grant#*')),
    row([update], grants, keys('revoked#*')),
    row([put], grants, keys('assertion#*', 'proof#*')),
    row([update], grants, keys('bucket#client#*', 'bucket#address#*')),
  ]);
});

test('what waits for a person is kept, by a function that can do nothing else with it', () => {
  expect(matrixOf(people)['Requests']).toEqual([
    writesItsLog('Requests'),
    row([update], registry, keys('client-document#*')),
    row(
      [readSeveral],
      registry,
      keys('client#*', 'aws-role#*', 'agent#*', 'resource#*', 'client-document#*'),
    ),
    row([put], grants, keys('pushed-request#*', 'device#*')),
    row([put], grants, keys('assertion#*', 'proof#*')),
    row([update], grants, keys('bucket#client#*', 'bucket#address#*')),
  ]);
});

test('without identity providers there is nothing of all that', () => {
  expect(matrixOf(aConfig)).not.toHaveProperty('Downstream');
  expect(matrixOf(aConfig)).not.toHaveProperty('Requests');
});
