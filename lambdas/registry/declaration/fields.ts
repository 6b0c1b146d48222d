import * as v from 'valibot';
import type { ResourceHosts } from '../../oauth/resource/canonical-uri.ts';
import { isResourceScope } from '../../oauth/scope/scope.ts';
import type { Issuer, ScopeName } from '../../runtime/identifiers.ts';

/** What a declaration is judged against. */
export interface DeclarationContext {
  readonly issuer: Issuer;
  /** `loopback` also admits plain http on this machine. */
  readonly hosts: ResourceHosts;
}

const identifierForm = /^[A-Za-z0-9_-]{1,64}$/;

export function isIdentifier(text: string): boolean {
  return identifierForm.test(text);
}

/** Ids of resources, agents and clients: they stand in paths and command lines as they are. */
export const identifier = v.pipe(
  v.string('must be text'),
  v.regex(identifierForm, 'must be 1 to 64 letters, digits, "_" or "-", such as "billing-agent"'),
);

/** Text for people: names, owners, descriptions. */
export function peopleText(longest: number): v.GenericSchema<string> {
  const fix = `must be 1 to ${longest} characters without control characters`;
  return v.pipe(
    v.string('must be text'),
    v.check((text) => text.trim() !== '' && text.length <= longest && !/\p{Cc}|\p{Cs}/u.test(text), fix),
  );
}

export const scopeName = v.pipe(
  v.string('must be text'),
  v.check(
    isResourceScope,
    'must be one scope by its full name, such as "tools:read": no spaces, no wildcard ("*", "tools:*"), not "openid" or "offline_access"',
  ),
  v.transform((name) => name as ScopeName),
);

export function list<Input, Output>(
  item: v.GenericSchema<Input, Output>,
  longest: number,
): v.GenericSchema<Input[], Output[]> {
  return v.pipe(
    v.array(item, 'must be a list'),
    v.maxLength(longest, `must not have more than ${longest} members`),
  );
}

export function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** A rule about one member that needs the others too; what it says is said of that member and its value. */
export function memberRule<Declared extends object>(
  member: keyof Declared & string,
  problem: (declared: Declared) => string | undefined,
): v.RawCheckAction<Declared> {
  return v.rawCheck<Declared>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const message = problem(dataset.value);
    if (message === undefined) return;
    const value: unknown = dataset.value[member];
    const input = Object.fromEntries(Object.entries(dataset.value));
    addIssue({
      message,
      input: value,
      path: [{ type: 'object', origin: 'value', input, key: member, value }],
    });
  });
}
