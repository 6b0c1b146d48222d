import { expect, test } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { aConfig, templateOf } from './synthesized.ts';

const ledger: VestibuleConfig = {
  ...aConfig,
  egress: {
    providers: [
      {
        ...{ id: 'ledger', name: 'Ledger', api: { origins: ['https://ledger.example.com'] } },
        credential: { kind: 'api_key', place: 'header', name: 'X-Key' },
        scopes: { 'entries:read': { description: 'Read entries', rules: ['GET /entries'] } },
      },
    ],
  },
};

function fieldsOf(config: VestibuleConfig): Readonly<Record<string, string>> {
  const [stage] = Object.values(templateOf(config).findResources('AWS::ApiGatewayV2::Stage'));
  const { Properties: properties } = stage as {
    readonly Properties: { readonly AccessLogSettings: { readonly Format: string } };
  };
  return JSON.parse(properties.AccessLogSettings.Format) as Readonly<Record<string, string>>;
}

test('the access log has paths, and never a query', () => {
  expect(fieldsOf(aConfig)).toMatchObject({ path: '$context.path', routeKey: '$context.routeKey' });
});

test('the access log has the routes alone where paths name what people keep at third parties', () => {
  const { path, ...others } = fieldsOf(ledger);
  expect([path, others['routeKey']]).toEqual([undefined, '$context.routeKey']);
  expect(Object.values(others).join()).not.toMatch(/path|query/i);
});
