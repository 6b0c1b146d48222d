import type { Provider, ProvisionedResource } from './provider.ts';
import { sameJson, type JsonObject } from './template.ts';

export type Action = 'create' | 'update' | 'replace' | 'keep';

/**
 * What has to happen so that a resource is as the template says. Throws for a property the provider does not know,
 * naming it.
 */
export function planResource(
  provider: Pick<Provider, 'properties' | 'transient'>,
  wanted: { readonly logicalId: string; readonly type: string; readonly properties: JsonObject },
  before: ProvisionedResource | undefined,
): Action {
  refuseUnknownProperties(provider, wanted);
  if (before === undefined || (provider.transient && before.type === wanted.type)) return 'create';
  if (before.type !== wanted.type) return 'replace';
  const names = new Set([...Object.keys(before.properties), ...Object.keys(wanted.properties)]);
  const effects = [...names]
    .filter((name) => !sameJson(before.properties[name], wanted.properties[name]))
    .map((name) => effectOf(provider, name));
  if (effects.includes('replacement')) return 'replace';
  return effects.includes('update') ? 'update' : 'keep';
}

function effectOf(provider: Pick<Provider, 'properties'>, name: string): string {
  if (provider.properties === 'any') return name === 'ServiceToken' ? 'replacement' : 'update';
  return provider.properties[name] ?? 'update';
}

function refuseUnknownProperties(
  provider: Pick<Provider, 'properties'>,
  wanted: { readonly logicalId: string; readonly type: string; readonly properties: JsonObject },
): void {
  const { properties: known } = provider;
  if (known === 'any') return;
  const unknown = Object.keys(wanted.properties).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new Error(
    `the local run does not know the property ${unknown} of ${wanted.type} (${wanted.logicalId})`,
  );
}
