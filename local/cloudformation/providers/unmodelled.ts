import { transientProvider, type Provider, type ResourceRequest } from '../provider.ts';
import type { Environment } from '../values.ts';

type Attributes = (request: ResourceRequest, environment: Environment) => Readonly<Record<string, string>>;

/** Types without a meaning on one machine: the run writes its logs to the state directory, and keeps no statistics. */
const types: Readonly<Record<string, Attributes>> = {
  'AWS::CDK::Metadata': () => ({}),
  'AWS::Logs::LogGroup': ({ generatedName }, { region, account }) => ({
    Arn: `arn:aws:logs:${region}:${account}:log-group:${generatedName}:*`,
  }),
};

/** Providers that know a type by name and make nothing. */
export function unmodelledProviders(environment: Environment): Readonly<Record<string, Provider>> {
  return Object.fromEntries(
    Object.entries(types).map(([type, attributes]) => [
      type,
      transientProvider('any', (request) => ({
        physicalId: request.generatedName,
        attributes: attributes(request, environment),
      })),
    ]),
  );
}
