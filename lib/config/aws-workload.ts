import { Token } from 'aws-cdk-lib';
import * as v from 'valibot';
import { fields, listOf, mapOf, text, textThat } from './fields.ts';
import { show } from './problem.ts';
import type { Hosts } from './resource-uri.ts';

const accountIssuer =
  /^https:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tokens\.sts\.global\.api\.aws$/;
const loopbackIssuer = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d{1,5}$/;
const segment = '[\\w+=,.@-]{1,128}';
const rolePattern = new RegExp(
  `^arn:aws[a-z-]*:iam::\\d{12}:role/(?:(?:${segment}/){0,4}\\*|(?:${segment}/)*[\\w+=,.@-]{1,64})$`,
);
const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}$/;
/** The reader of objects leaves these out, and a demand that is left out would be none. */
const unreadable = ['__proto__', 'prototype', 'constructor'];

/** The fields of a client that is an AWS workload. */
export function awsAuthentication(hosts: Hosts): v.GenericSchema {
  return fields({
    method: v.literal('aws_iam_jwt'),
    role: textThat(known(roleProblem)),
    issuer: v.optional(textThat(known((issuer) => issuerProblem(issuer, hosts)))),
    organization: v.optional(textThat(known(organizationProblem))),
    principalTags: v.optional(
      v.pipe(
        v.custom<Record<string, unknown>>(hasReadableNames, 'must not have a tag of such a name'),
        mapOf(textThat(tagProblem), text()),
      ),
    ),
    lambdaFunctions: v.optional(listOf(textThat(known(functionProblem)))),
  });
}

/** The fields of a client that is an AWS role and signs requests. */
export const awsCallerAuthentication: v.GenericSchema = fields({
  method: v.literal('aws_caller_identity'),
  role: textThat(
    known((role) =>
      role.endsWith('*')
        ? `${show(role)} is a path, and AWS tells no path of a signer; name one role`
        : roleProblem(role),
    ),
  ),
});

/** A value that only the deployment knows is the registrar's to check. */
function known(problem: (text: string) => string | undefined): (text: string) => string | undefined {
  return (value) => (Token.isUnresolved(value) ? undefined : problem(value));
}

function roleProblem(role: string): string | undefined {
  if (rolePattern.test(role)) return undefined;
  const fix = `write 'arn:aws:iam::123456789012:role/reporter', or 'arn:aws:iam::123456789012:role/agents/*' for a path`;
  const isSession = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\//.test(role);
  return `${show(role)} is ${isSession ? 'a session, not a role' : 'neither the ARN of a role nor a path of at most four folders'}; ${fix}`;
}

function issuerProblem(issuer: string, hosts: Hosts): string | undefined {
  if (accountIssuer.test(issuer) || (hosts === 'loopback' && loopbackIssuer.test(issuer))) return undefined;
  return `${show(issuer)} is not the issuer of an AWS account; write what 'aws iam get-outbound-web-identity-federation-info' tells, as 'https://<id>.tokens.sts.global.api.aws'`;
}

function organizationProblem(organization: string): string | undefined {
  return /^o-[a-z0-9]{10,32}$/.test(organization)
    ? undefined
    : `${show(organization)} is not the id of an organization; write it as 'o-a1b2c3d4e5'`;
}

function functionProblem(arn: string): string | undefined {
  return functionArn.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a function; write 'arn:aws:lambda:<region>:<account>:function:<name>', without a version`;
}

function tagProblem(tag: string): string | undefined {
  return tag !== '' && tag.length <= 128
    ? undefined
    : `${show(tag)} is not the key of a tag; use 1 to 128 characters`;
}

function hasReadableNames(value: unknown): boolean {
  return !unreadable.some(
    (name) => typeof value === 'object' && value !== null && Object.hasOwn(value, name),
  );
}
