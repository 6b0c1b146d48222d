import { objectProperty, objectsProperty } from './properties.ts';
import { asText, isJsonObject, type Json, type JsonObject, type Template } from './template.ts';

/** One action a function's role is allowed. */
export interface RoleAction {
  /** Logical id of the role. */
  readonly role: string;
  /** As IAM spells it, for instance `dynamodb:PutItem`; may hold `*`. */
  readonly action: string;
}

/** Every action the template allows the roles of its functions, each pair once. */
export function grantedActions(template: Template): readonly RoleAction[] {
  const resources = Object.entries(template.Resources);
  const roles = resources
    .filter(([, { Type: type }]) => type === 'AWS::Lambda::Function')
    .map(([, { Properties: properties = {} }]) => logicalIdOf(properties['Role']));
  const granted = new Map<string, RoleAction>();
  const grant = (role: string, document: JsonObject): void => {
    for (const action of allowedActions(document)) granted.set(`${role} ${action}`, { role, action });
  };
  for (const [logicalId, { Type: type, Properties: properties = {} }] of resources) {
    if (type === 'AWS::IAM::Role' && roles.includes(logicalId)) {
      for (const policy of objectsProperty(properties, 'Policies')) {
        grant(logicalId, objectProperty(policy, 'PolicyDocument'));
      }
    }
    if (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') {
      const holders = list(properties['Roles']).map(logicalIdOf);
      for (const role of holders.filter((holder) => roles.includes(holder))) {
        grant(role, objectProperty(properties, 'PolicyDocument'));
      }
    }
  }
  return [...granted.values()];
}

function allowedActions(document: JsonObject): readonly string[] {
  return list(document['Statement'])
    .filter(isJsonObject)
    .filter((statement) => statement['Effect'] === 'Allow')
    .flatMap((statement) => list(statement['Action']))
    .map(asText);
}

/** The resource behind `Ref` or `Fn::GetAtt`. */
function logicalIdOf(value: Json | undefined): string {
  if (!isJsonObject(value)) return '';
  const { Ref: reference, 'Fn::GetAtt': attribute } = value;
  return asText(reference ?? list(attribute)[0]);
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}
