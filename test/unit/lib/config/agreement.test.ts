import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  type CertificateNameMember,
  declaredName,
} from '../../../../lambdas/oauth/certificate-names/declared-name.ts';
import { readEgressProvider } from '../../../../lambdas/registry/declaration/egress-provider.ts';
import { canonicalResourceUri } from '../../../../lambdas/oauth/resource/canonical-uri.ts';
import { isResourceScope } from '../../../../lambdas/oauth/scope/scope.ts';
import { isAwsIssuer } from '../../../../lambdas/oauth/workload/aws-issuer.ts';
import { isRolePattern } from '../../../../lambdas/oauth/workload/role-pattern.ts';
import { isSecretPattern } from '../../../../lambdas/oauth/workload/secret-pattern.ts';
import type { Issuer } from '../../../../lambdas/runtime/identifiers.ts';
import { awsAuthentication } from '../../../../lib/config/aws-workload.ts';
import { certificateAuthentication } from '../../../../lib/config/mutual-tls.ts';
import { type Hosts, resourceUriProblem } from '../../../../lib/config/resource-uri.ts';
import { scopeNameProblem } from '../../../../lib/config/scope-name.ts';
import { rulePathProblem } from '../../../../lib/config/egress-rule.ts';
import { agentTasks } from '../../../../lib/config/tasks.ts';

const uris = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom('https', 'http', 'HTTPS', 'ftp'),
      fc.constantFrom('a.example', 'A.example', 'localhost', '127.0.0.1', '[::1]', 'me@a.example', ''),
      fc.constantFrom('', ':443', ':80', ':9401', ':99999'),
      fc.constantFrom(
        '',
        '/',
        '//',
        '/mcp',
        '/mcp/',
        '/a/../b',
        '/%2e/x',
        '/a%20b',
        '/a%3Ab%2Fc',
        '/a%3ab',
        '/a b',
        '/?q',
        '/#f',
        '/é',
        '/a@b',
      ),
    )
    .map(([scheme, host, port, path]) => `${scheme}://${host}${port}${path}`),
  fc.string(),
);

test('the config takes exactly the URIs that the registry stores as they are', () => {
  fc.assert(
    fc.property(uris, fc.constantFrom<Hosts>('public', 'loopback'), (uri, hosts) => {
      const stored = canonicalResourceUri(uri, hosts);
      expect(resourceUriProblem(uri, hosts) === undefined).toBe(stored.ok && stored.value === uri);
    }),
    { numRuns: 5_000 },
  );
});

test('the config takes exactly the AWS roles that the registry takes', () => {
  const part = fc.constantFrom('role', 'a', 'B_c+=,.@-d', '*', 'x*', '', 'é', 'long'.repeat(40), 'a b');
  const roles = fc
    .tuple(
      fc.constantFrom(
        'arn:aws:iam::123456789012:role/',
        'arn:aws-cn:iam::123456789012:role/',
        'arn:aws:sts::1:',
      ),
      fc.array(part, { maxLength: 7 }),
    )
    .map(([base, parts]) => `${base}${parts.join('/')}`);
  fc.assert(
    fc.property(roles, (role) => {
      const authentication = { method: 'aws_iam_jwt', role };
      expect(v.is(awsAuthentication('public'), authentication)).toBe(isRolePattern(role));
    }),
    { numRuns: 5_000 },
  );
});

test('the config takes exactly the secrets for tokens of tasks that the registry takes', () => {
  const part = fc.constantFrom('agents', 'B_c+=.@-d', '*', 'x*', '', 'é', 'a b', 'long'.repeat(150), '/');
  const secrets = fc
    .tuple(
      fc.constantFrom(
        'arn:aws:secretsmanager:eu-central-1:123456789012:secret:',
        'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:',
        'arn:aws:secretsmanager:*:123456789012:secret:',
        'arn:aws:ssm:eu-central-1:123456789012:parameter/',
      ),
      fc.array(part, { maxLength: 4 }),
    )
    .map(([base, parts]) => `${base}${parts.join('/')}`);
  fc.assert(
    fc.property(secrets, (secret) => {
      const policy = { maximumHours: 1, secrets: [secret] };
      expect(v.is(agentTasks, policy)).toBe(isSecretPattern(secret));
    }),
    { numRuns: 5_000 },
  );
});

test('the config takes exactly the issuers of AWS that the registry takes', () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  const issuers = fc
    .tuple(
      fc.constantFrom('https://', 'http://', 'HTTPS://', ''),
      fc.constantFrom(id, id.toUpperCase(), 'x', `${id}.${id}`, '127.0.0.1', 'localhost', '[::1]'),
      fc.constantFrom('.tokens.sts.global.api.aws', '.tokens.sts.global.api.aws.example.com', ':4000', ''),
      fc.constantFrom('', '/', ':443', '?a', '#a'),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(issuers, fc.constantFrom<Hosts>('public', 'loopback'), (issuer, hosts) => {
      const authentication = { method: 'aws_iam_jwt', role: 'arn:aws:iam::123456789012:role/a', issuer };
      expect(v.is(awsAuthentication(hosts), authentication)).toBe(isAwsIssuer(issuer, hosts));
    }),
    { numRuns: 2_000 },
  );
});

test('the config takes exactly the scopes that the registry takes', () => {
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('*', 'a:*', 'openid', 'offline_access', 'a:b', 'a b', '"', ''),
  );
  fc.assert(
    fc.property(names, (name) => {
      expect(scopeNameProblem(name) === undefined).toBe(isResourceScope(name));
    }),
  );
});

test('the config takes every name of a certificate that the registry takes', () => {
  const fields = {
    subjectDn: 'tls_client_auth_subject_dn',
    sanDns: 'tls_client_auth_san_dns',
    sanUri: 'tls_client_auth_san_uri',
    sanIp: 'tls_client_auth_san_ip',
    sanEmail: 'tls_client_auth_san_email',
  } as const satisfies Readonly<Record<string, CertificateNameMember>>;
  const part = fc.constantFrom(
    'CN=',
    'cn = ',
    'E=',
    '2.5.4.3=',
    '1.2.3=',
    '#0c0161',
    'a',
    'é',
    '\\,',
    '\\2C',
    '"',
    '+',
    ',',
    '@',
    ':',
    '::1',
    '.',
    '*',
    '7',
  );
  const names = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(names, fc.constantFrom(...Object.entries(fields)), (name, [field, member]) => {
      const isTaken = v.is(certificateAuthentication, { method: 'tls_client_auth', [field]: name });
      const isKnown = declaredName(member, name) !== undefined;
      // Of a distinguished name the registry alone reads the values.
      if (field === 'subjectDn') expect(isTaken || !isKnown).toBe(true);
      else expect(isTaken).toBe(isKnown);
    }),
    { numRuns: 5_000 },
  );
});

test('takes the paths of rules that the registry takes, and no others', () => {
  const segment = fc.oneof(
    fc.constantFrom(
      '*',
      '**',
      '.',
      '..',
      '...',
      'a',
      'é',
      'a b',
      '',
      '%C3%A9',
      '%2F',
      '%2f',
      '%2E',
      '%25',
      '%41',
    ),
    fc.constantFrom('%7E', '%20', '%00', '%7F', '%5C', '\\', '?', '#', 'a*', ':id', "~'", '%4', '%2A'),
  );
  const paths = fc
    .tuple(fc.constantFrom('/', ''), fc.array(segment, { maxLength: 4 }))
    .map(([root, segments]) => `${root}${segments.join('/')}`);
  fc.assert(
    fc.property(paths, (path) => {
      const declared = {
        ...{ id: 'tracker', name: 'Tracker', credential: { kind: 'basic' } },
        api: { origins: ['https://api.example.com'] },
        scopes: [{ name: 'read', rules: [{ methods: ['GET'], path }] }],
      };
      const issuer = 'https://auth.example.com' as Issuer;
      const isTaken = readEgressProvider(declared, { issuer, hosts: 'public' }).ok;
      expect(rulePathProblem(path) === undefined).toBe(isTaken);
    }),
    { numRuns: 5_000 },
  );
});
