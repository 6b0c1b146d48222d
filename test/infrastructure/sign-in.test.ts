import { expect, test } from 'vitest';
import { signInDefaults, standingDefaults } from '../../lambdas/adapters/lambda/downstream.ts';
import { authorizationEnvironment } from '../../lambdas/functions/authorization/environment.ts';
import { requestsEnvironment } from '../../lambdas/functions/requests/environment.ts';
import { leaseSeconds } from '../../lambdas/oauth/people/kept-grant.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { grants, keys, matrixOf, readsSecrets, registry, row, writesItsLog } from './roles.ts';
import { aConfig, templateOf, withoutHash } from './synthesized.ts';

const withPeople: VestibuleConfig = {
  ...aConfig,
  identityProviders: [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }],
};
const read = 'dynamodb:GetItem';
const put = 'dynamodb:PutItem';
const update = 'dynamodb:UpdateItem';

test('the function that people sign in by may do exactly this', () => {
  const { Authorization: allowed = [] } = matrixOf(withPeople);
  expect(allowed).toHaveLength(15);
  expect(allowed).toEqual(
    expect.arrayContaining([
      writesItsLog('Authorization'),
      row(['secretsmanager:GetSecretValue'], '<VestibuleSealsSecret>'),
      readsSecrets,
      row(['lambda:InvokeFunction'], '<VestibuleDownstreamFunction.Arn>'),
      row([update], registry, keys('client#*', 'client-document#*')),
      row(
        ['dynamodb:BatchGetItem'],
        registry,
        keys('client#*', 'agent#*', 'resource#*', 'client-document#*', 'idp#*', 'key-ring#*'),
      ),
      row([read, put, update], grants, keys('transaction#*')),
      row([read, update], grants, keys('pushed-request#*', 'device#*')),
      row([read, put], grants, keys('consents#*')),
      row(['dynamodb:BatchGetItem'], grants, keys('consents#*', 'person#*', 'upstream-session#*', 'grant#*')),
      row([update], grants, keys('person#*', 'person-end#*', 'upstream-session#*')),
      row([read, put], grants, keys('logout-token#*')),
      row([put, update], grants, keys('grant#*')),
      row([update], grants, keys('ended#*')),
      row([update], grants, keys('bucket#address#*', 'bucket#user-code#*')),
    ]),
  );
});

test.each([
  ['Authorization', authorizationEnvironment],
  ['Requests', requestsEnvironment],
])('%s has the variables that it declares, and no other', (name, declared) => {
  const functions = Object.entries(templateOf(withPeople).findResources('AWS::Lambda::Function'));
  const [, found] = functions.find(([id]) => withoutHash(id) === `Vestibule${name}Function`) ?? [];
  const { Properties: properties } = found as {
    Properties: { Environment: { Variables: Readonly<Record<string, unknown>> } };
  };
  expect(Object.keys(properties.Environment.Variables).sort()).toEqual([...declared].sort());
});

test('the pages of a sign-in are served where somebody signs in, and nowhere else', () => {
  const routesOf = (config: VestibuleConfig): readonly string[] =>
    Object.values(templateOf(config).findResources('AWS::ApiGatewayV2::Route')).map(
      (route) => (route as { Properties: { RouteKey: string } }).Properties.RouteKey,
    );
  const served = [
    ...['ANY /authorize', 'ANY /consent', 'ANY /callback/{idp}', 'ANY /device'],
    ...['ANY /device_authorization', 'ANY /par'],
    ...['ANY /backchannel-logout/{idp}', 'ANY /logout', 'ANY /logout/confirm', 'ANY /logout/callback'],
  ];
  expect(routesOf(withPeople)).toEqual(expect.arrayContaining(served));
  expect(routesOf(aConfig).filter((route) => served.includes(route))).toEqual(['ANY /authorize']);
});

test('whoever asks the downstream function has time left to say that it took too long', () => {
  // Seconds for what goes before, and for the answer.
  const rest = 3;
  const waits = {
    Authorization: signInDefaults.requestHandler.requestTimeout,
    Token: standingDefaults.requestHandler.requestTimeout,
    Introspection: standingDefaults.requestHandler.requestTimeout,
  };
  for (const [name, milliseconds] of Object.entries(waits)) {
    expect(timeLimitOf(name), name).toBeGreaterThanOrEqual(milliseconds / 1_000 + rest);
    // An integration waits 20 seconds.
    expect(timeLimitOf(name), name).toBeLessThan(20);
  }
});

test('nobody gets the lease of a kept token while who had it may still send it', () => {
  // Instants are whole seconds.
  expect(timeLimitOf('Downstream') + 1).toBeLessThanOrEqual(leaseSeconds);
  // Discovery, the token endpoint, the keys twice and userinfo, four seconds each.
  expect(timeLimitOf('Downstream')).toBeGreaterThan(5 * 4);
});

function timeLimitOf(name: string): number {
  const functions = Object.entries(templateOf(withPeople).findResources('AWS::Lambda::Function'));
  const [, found] = functions.find(([id]) => withoutHash(id) === `Vestibule${name}Function`) ?? [];
  return (found as { Properties: { Timeout: number } }).Properties.Timeout;
}
