import { isJsonObject, type Json, type JsonObject } from './template.ts';

/** What the names in a template stand for, at the moment one value is resolved. */
export interface Scope {
  /** The value of `Ref`; throws for a name it does not know. `undefined` is `AWS::NoValue`. */
  readonly reference: (name: string) => Json | undefined;
  /** The value of `Fn::GetAtt`; throws for an attribute the resource does not have. */
  readonly attribute: (logicalId: string, name: string) => Json;
  /** Whether a condition of the template holds. */
  readonly condition: (name: string) => boolean;
}

type Intrinsic = (argument: Json, scope: Scope) => Json | undefined;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.reference(text(argument, 'Ref')),
  'Fn::GetAtt': (argument, scope) => scope.attribute(...attributePath(argument)),
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, 'Fn::Join');
    return list(resolve(parts ?? [], scope) ?? null, 'Fn::Join')
      .map((part) => text(part, 'Fn::Join'))
      .join(text(separator ?? null, 'Fn::Join'));
  },
  'Fn::Split': (argument, scope) => {
    const [separator, source] = list(argument, 'Fn::Split');
    return text(resolve(source ?? null, scope) ?? null, 'Fn::Split').split(
      text(separator ?? null, 'Fn::Split'),
    );
  },
  'Fn::Select': (argument, scope) => {
    const [index, source] = list(argument, 'Fn::Select');
    const chosen = list(resolve(source ?? [], scope) ?? null, 'Fn::Select')[Number(index)];
    if (chosen === undefined) throw new Error(`Fn::Select has no item ${JSON.stringify(index)}`);
    return chosen;
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument, 'Fn::If');
    return resolve((scope.condition(text(name ?? null, 'Fn::If')) ? whenTrue : whenFalse) ?? null, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(resolve(argument, scope) ?? null, 'Fn::Equals');
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, scope) => !holds(list(argument, 'Fn::Not')[0], scope),
  'Fn::And': (argument, scope) => list(argument, 'Fn::And').every((each) => holds(each, scope)),
  'Fn::Or': (argument, scope) => list(argument, 'Fn::Or').some((each) => holds(each, scope)),
};

/**
 * Resolves every intrinsic in a value. `undefined` stands for `AWS::NoValue`: a member or item that has it is left
 * out. Throws for an intrinsic it does not know, naming it.
 */
export function resolve(value: Json, scope: Scope): Json | undefined {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item) => present(resolve(item, scope)));
  if (!isJsonObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) return intrinsic.apply(intrinsic.argument, scope);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      present(resolve(member, scope)).map((resolved) => [name, resolved] as const),
    ),
  );
}

/** Resolves a value that must be an object, such as the properties of a resource. */
export function resolveObject(value: JsonObject, scope: Scope): JsonObject {
  const resolved = resolve(value, scope);
  return isJsonObject(resolved) ? resolved : {};
}

/** Whether the expression of a condition holds. */
export function holds(expression: Json | undefined, scope: Scope): boolean {
  if (isJsonObject(expression) && typeof expression['Condition'] === 'string') {
    return scope.condition(expression['Condition']);
  }
  return resolve(expression ?? null, scope) === true;
}

/** Logical ids and pseudo parameters a value names, through any intrinsic. */
export function namesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namesIn);
  if (!isJsonObject(value)) return [];
  const { Ref: reference, 'Fn::GetAtt': attribute, 'Fn::Sub': substitution } = value;
  if (typeof reference === 'string') return [reference];
  if (attribute !== undefined) return [attributePath(attribute)[0]];
  if (substitution !== undefined) return namesInSubstitution(substitution);
  return Object.values(value).flatMap(namesIn);
}

function intrinsicOf(value: JsonObject): { readonly apply: Intrinsic; readonly argument: Json } | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const apply = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (apply !== undefined) return { apply, argument: value[name] ?? null };
  if (name.startsWith('Fn::')) throw new Error(`the local run does not know the intrinsic ${name}`);
  return undefined;
}

function substitute(argument: Json, scope: Scope): string {
  const { template, variables } = substitution(argument);
  return template.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const variable = variables[name];
    if (variable !== undefined) return text(resolve(variable, scope) ?? null, 'Fn::Sub');
    const value = name.includes('.') ? scope.attribute(...attributePath(name)) : scope.reference(name);
    return text(value ?? null, 'Fn::Sub');
  });
}

function namesInSubstitution(argument: Json): readonly string[] {
  const { template, variables } = substitution(argument);
  const names = [...template.matchAll(/\$\{([^}!][^}]*)\}/g)].map(([, name]) => name ?? '');
  return [
    ...names.filter((name) => !(name in variables)).map((name) => name.split('.')[0] ?? name),
    ...Object.values(variables).flatMap(namesIn),
  ];
}

function substitution(argument: Json): { readonly template: string; readonly variables: JsonObject } {
  const [template, variables] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument, {}];
  return { template: text(template ?? null, 'Fn::Sub'), variables: isJsonObject(variables) ? variables : {} };
}

function attributePath(argument: Json): [logicalId: string, attribute: string] {
  if (Array.isArray(argument)) {
    const [logicalId, attribute] = (argument as readonly Json[]).map((part) => text(part, 'Fn::GetAtt'));
    return [logicalId ?? '', attribute ?? ''];
  }
  const path = text(argument, 'Fn::GetAtt');
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function text(value: Json, intrinsic: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${intrinsic} needs text and was given ${JSON.stringify(value)}`);
}

function list(value: Json, intrinsic: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new Error(`${intrinsic} needs a list and was given ${JSON.stringify(value)}`);
}
