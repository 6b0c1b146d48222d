import type { JsonObject } from './template.ts';

/** A resource to make or change: its properties are resolved. */
export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** The name CloudFormation would generate: the same at every attempt, another one for a replacement. */
  readonly generatedName: string;
}

/** What a provider answers: the value of `Ref`, and those of `Fn::GetAtt`. */
export interface Provisioned {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource that exists. */
export interface ProvisionedResource extends Provisioned {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** What a changed property asks for; `nothing` is a property without a meaning on one machine. */
export type PropertyEffect = 'update' | 'replacement' | 'nothing';

/** Makes, changes and removes the resources of one type. Every method throws an error in words a person can act on. */
export interface Provider {
  /** Every property the type may have here. Another one is an error, so that nothing is silently ignored. */
  readonly properties: Readonly<Record<string, PropertyEffect>> | 'any';
  /** True for what is made anew at every start. */
  readonly transient: boolean;
  /** Succeeds again when an earlier attempt made the resource and the process ended before it was recorded. */
  readonly create: (request: ResourceRequest) => Promise<Provisioned>;
  readonly update: (request: ResourceRequest, before: ProvisionedResource) => Promise<Provisioned>;
  /** Succeeds when the resource is gone already. */
  readonly delete: (resource: ProvisionedResource) => Promise<void>;
}

/** A provider of what is made anew at every start, because it lives in this process only, or is called by where that is. */
export function transientProvider(
  properties: Provider['properties'],
  register: (request: ResourceRequest) => Provisioned | Promise<Provisioned>,
  remove: Provider['delete'] = () => Promise.resolve(),
): Provider {
  const make = (request: ResourceRequest): Promise<Provisioned> =>
    new Promise((resolve) => {
      resolve(register(request));
    });
  return { properties, transient: true, create: make, update: make, delete: remove };
}
