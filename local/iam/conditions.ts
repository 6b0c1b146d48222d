import type { RequestContext } from './policy.ts';
import { stringsOf, UnknownPolicyForm } from './unknown-form.ts';
import { wildcard } from './wildcard.ts';

export interface Condition {
  readonly holds: (context: RequestContext) => boolean;
  /** For a person: the operator, the key and the values it accepts. */
  readonly description: string;
  readonly key: string;
}

/** Keys that the front computes for each request. */
const singleValued = [
  'aws:PrincipalArn',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'cloudwatch:namespace',
  'kms:CallerAccount',
  'kms:DataKeyPairSpec',
  'kms:KeySpec',
  'kms:KeyUsage',
  'kms:MessageType',
  'kms:SigningAlgorithm',
  'kms:ViaService',
  'sts:SigningAlgorithm',
];
const singleValuedPrefixes = ['aws:RequestTag/', 'aws:ResourceTag/', 'kms:EncryptionContext:'];
const multiValued = [
  ...['aws:TagKeys', 'dynamodb:Attributes', 'dynamodb:LeadingKeys', 'sts:IdentityTokenAudience'],
];

type Matcher = (accepted: string) => (value: string) => boolean;

const operators: Readonly<Record<string, Matcher>> = {
  StringEquals: (accepted) => (value) => value === accepted,
  StringLike: (accepted) => wildcard(accepted),
  ArnEquals: (accepted) => wildcard(accepted),
  ArnLike: (accepted) => wildcard(accepted),
  Bool: (accepted) => (value) => value.toLowerCase() === accepted.toLowerCase(),
};

/** The Condition block of a statement; all of its conditions must hold. Throws on an operator or a key it does not know. */
export function compileConditions(block: unknown): readonly Condition[] {
  if (block === undefined) return [];
  return entriesOf(block, 'Condition').flatMap(([operator, keys]) =>
    entriesOf(keys, operator).map(([key, values]) => compileCondition(operator, key, values)),
  );
}

function compileCondition(operator: string, key: string, values: unknown): Condition {
  const [qualifier, name = ''] = operator.includes(':') ? operator.split(':') : [undefined, operator];
  const matcher = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (matcher === undefined || !isQualifier(qualifier)) {
    const known = Object.keys(operators).join(', ');
    throw new UnknownPolicyForm(
      `the condition operator ${operator}`,
      `use ${known}, or ForAllValues: and ForAnyValue: of them`,
    );
  }
  checkKey(key, qualifier);
  const accepted = stringsOf(values, `condition value of ${key}`);
  const matchers = accepted.map(matcher);
  const accepts = (value: string): boolean => matchers.some((matches) => matches(value));
  return {
    holds: (context) => {
      const value = context[key];
      if (value === undefined) return qualifier === 'ForAllValues';
      const present = typeof value === 'string' ? [value] : value;
      return qualifier === 'ForAllValues' ? present.every(accepts) : present.some(accepts);
    },
    description: `${operator} ${key} ${accepted.join(', ')}`,
    key,
  };
}

type Qualifier = 'ForAllValues' | 'ForAnyValue' | undefined;

function isQualifier(text: string | undefined): text is Qualifier {
  return text === undefined || text === 'ForAllValues' || text === 'ForAnyValue';
}

/** IAM leaves set operators on single-valued keys, and plain ones on sets, to surprise: neither is let through. */
function checkKey(key: string, qualifier: Qualifier): void {
  const single = singleValued.includes(key) || singleValuedPrefixes.some((prefix) => key.startsWith(prefix));
  if (!single && !multiValued.includes(key)) {
    const known = [...singleValued, ...singleValuedPrefixes.map((prefix) => `${prefix}…`), ...multiValued];
    throw new UnknownPolicyForm(`the condition key ${key}`, `use one of ${known.join(', ')}`);
  }
  if (single && qualifier !== undefined) {
    throw new UnknownPolicyForm(`${qualifier} on the single-valued key ${key}`, 'leave the set operator out');
  }
  if (!single && qualifier === undefined) {
    throw new UnknownPolicyForm(
      `a plain operator on the multi-valued key ${key}`,
      'write ForAllValues: before it',
    );
  }
}

function entriesOf(value: unknown, form: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnknownPolicyForm(`${form} ${JSON.stringify(value)}`, 'write an object');
  }
  return Object.entries(value);
}
