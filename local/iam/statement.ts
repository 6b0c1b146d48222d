import { compileConditions, type Condition } from './conditions.ts';
import type { PolicyDocument } from './policy.ts';
import { stringsOf, UnknownPolicyForm } from './unknown-form.ts';
import { wildcard } from './wildcard.ts';

/** A statement ready to be evaluated. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly coversAction: (action: string) => boolean;
  readonly coversResource: (resource: string) => boolean;
  readonly conditions: readonly Condition[];
  /** Resource policies only: the ARNs named (`*` for anyone). Services are named too and never match a caller. */
  readonly principals: readonly string[];
}

const identityFields = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** The policy of a role or user. Throws `UnknownPolicyForm`, naming the form. */
export function compilePolicy(document: PolicyDocument): readonly Statement[] {
  return statementsOf(document).map((statement) => ({
    ...compileStatement(statement, identityFields),
    principals: [],
  }));
}

/** The policy of a resource: every statement names principals. */
export function compileResourcePolicy(document: PolicyDocument): readonly Statement[] {
  return statementsOf(document).map((statement) => ({
    ...compileStatement(statement, [...identityFields, 'Principal']),
    principals: principalsOf(statement['Principal']),
  }));
}

type Fields = Readonly<Record<string, unknown>>;

function statementsOf({ Statement: statements, ...rest }: PolicyDocument): readonly Fields[] {
  for (const field of Object.keys(rest)) {
    if (field !== 'Version' && field !== 'Id') throw new UnknownPolicyForm(`the field ${field}`, 'remove it');
  }
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  return list.map((statement) => {
    if (typeof statement !== 'object' || statement === null || Array.isArray(statement)) {
      throw new UnknownPolicyForm(`the statement ${JSON.stringify(statement)}`, 'write an object');
    }
    return { ...statement };
  });
}

function compileStatement(statement: Fields, fields: readonly string[]): Omit<Statement, 'principals'> {
  for (const field of Object.keys(statement)) {
    if (!fields.includes(field)) {
      throw new UnknownPolicyForm(`the statement field ${field}`, `use ${fields.join(', ')}`);
    }
  }
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new UnknownPolicyForm(`the effect ${JSON.stringify(effect)}`, 'write Allow or Deny');
  }
  const actions = stringsOf(statement['Action'], 'Action').map(compileAction);
  const resources = stringsOf(statement['Resource'], 'Resource').map(compileResource);
  return {
    effect,
    coversAction: (action) => actions.some((covers) => covers(action)),
    coversResource: (resource) => resources.some((covers) => covers(resource)),
    conditions: compileConditions(statement['Condition']),
  };
}

function compileAction(action: string): (action: string) => boolean {
  if (!/^(\*|[a-zA-Z0-9-]+:[A-Za-z0-9]*\*?)$/.test(action) || action.endsWith(':')) {
    throw new UnknownPolicyForm(`the action ${action}`, 'write service:Action, service:Prefix* or *');
  }
  return wildcard(action, 'i');
}

function compileResource(resource: string): (resource: string) => boolean {
  if (resource !== '*' && !/^arn:[^:]+:[^:]*:[^:]*:[^:]*:.+$/s.test(resource)) {
    throw new UnknownPolicyForm(`the resource ${resource}`, 'write an ARN or *');
  }
  return wildcard(resource);
}

function principalsOf(principal: unknown): readonly string[] {
  if (principal === '*') return ['*'];
  if (typeof principal !== 'object' || principal === null) {
    throw new UnknownPolicyForm(`the principal ${JSON.stringify(principal)}`, 'write {"AWS": …} or "*"');
  }
  return Object.entries(principal).flatMap(([kind, names]: [string, unknown]) => {
    if (kind !== 'AWS' && kind !== 'Service') {
      throw new UnknownPolicyForm(`the principal kind ${kind}`, 'use AWS or Service');
    }
    return stringsOf(names, 'Principal');
  });
}
