import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declarationOf, type DeclarableKind } from '../../../bin/cli/declaration.ts';
import { readArguments } from '../../../bin/cli/options.ts';

const directory = mkdtempSync(join(tmpdir(), 'vestibule-cli-'));

function declared(kind: DeclarableKind, id: string | undefined, ...options: string[]): unknown {
  return declarationOf(kind, id, readArguments(options).values, directory);
}

describe('the options of add', () => {
  it('declare a resource that takes bound tokens alone', () => {
    const options = [
      ...['--uri', 'https://mcp.example.com/mcp', '--scope', 'read=Read'],
      ...['--dpop', 'required', '--tokens', 'opaque'],
    ];
    expect(declared('resource', 'safe', ...options)).toMatchObject({ dpop: 'required', tokens: 'opaque' });
  });

  it('declare a resource', () => {
    const options = [
      '--uri',
      'https://mcp.example.com/mcp',
      '--scope',
      'tools:read=List tools',
      '--scope',
      'ask=Ask = tell',
    ];
    expect(declared('resource', 'orders', ...options)).toEqual({
      ...{ id: 'orders', name: 'orders', uri: 'https://mcp.example.com/mcp' },
      scopes: [
        { name: 'tools:read', description: 'List tools' },
        { name: 'ask', description: 'Ask = tell' },
      ],
    });
  });

  it('gather the scopes of an agent by resource', () => {
    const options = [
      ...['--owner', 'platform', '--require', 'demo:tools:read', '--optional', 'demo:tools:write'],
      ...['--require', 'https://other.example.com/mcp ask'],
    ];
    expect(declared('agent', 'planner', ...options)).toMatchObject({
      catalogue: [
        { resource: 'demo', required: ['tools:read'], optional: ['tools:write'] },
        { resource: 'https://other.example.com/mcp', required: ['ask'], optional: [] },
      ],
    });
  });

  it('declare what is done in the name of others, by target', () => {
    const rules = [
      ...['--on-behalf-of', 'orders:tools:read from ask or plan for person or agent'],
      ...['--on-behalf-of', 'orders:tools:write from plan for person or agent'],
      ...['--on-behalf-of', 'https://mail.example.com/mcp send by impersonation'],
    ];
    const delegations = [
      {
        ...{ resource: 'orders', subjects: ['person', 'agent'] },
        scopes: [
          { name: 'tools:read', from: ['ask', 'plan'] },
          { name: 'tools:write', from: ['plan'] },
        ],
      },
      { resource: 'https://mail.example.com/mcp', scopes: [{ name: 'send' }], mode: 'impersonation' },
    ];
    expect(declared('agent', 'planner', '--owner', 'platform', ...rules)).toMatchObject({ delegations });
    const server = ['--uri', 'https://gate.example.com/mcp', '--scope', 'ask=Ask', '--actor', 'planner'];
    expect(declared('resource', 'gate', ...server, ...rules)).toMatchObject({
      delegations,
      actor: 'planner',
    });
    expect(declared('agent', 'planner', '--owner', 'platform')).not.toHaveProperty('delegations');
  });

  it.each([
    ['orders'],
    ['orders tools:read from'],
    ['orders:read from ask plan'],
    ['orders:read from ask or'],
    ['orders:read for person for agent'],
    ['orders:read by magic'],
    ['from ask'],
  ])('refuse the rule %j, and say how one is written', (rule) => {
    expect(() => declared('agent', 'planner', '--owner', 'platform', '--on-behalf-of', rule)).toThrow(
      `--on-behalf-of ${rule}: must be "<target id>:<scope> [from`,
    );
  });

  it('refuse two kinds of rules for one target', () => {
    const rules = ['--on-behalf-of', 'orders:read', '--on-behalf-of', 'orders:write for agent'];
    expect(() => declared('agent', 'planner', '--owner', 'platform', ...rules)).toThrow(
      '--on-behalf-of orders:write for agent: differs in "for" or "by" from what is said of orders before',
    );
  });

  it('declare what an agent may do by tasks', () => {
    const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:agents/*';
    const options = ['--task-hours', '72', '--task-extension', '--task-secret', secret];
    expect(declared('agent', 'planner', '--owner', 'platform', ...options)).toMatchObject({
      tasks: { maximum_hours: 72, extension: true, secrets: [secret] },
    });
    const least = declared('agent', 'planner', '--owner', 'platform', '--task-hours', '1');
    expect(least).toHaveProperty('tasks', { maximum_hours: 1 });
    for (const wrong of [['--task-hours', 'three'], ['--task-extension']]) {
      expect(() => declared('agent', 'planner', '--owner', 'platform', ...wrong)).toThrow(
        '--task-hours must be a whole number of hours, such as --task-hours 72',
      );
    }
    expect(declared('agent', 'planner', '--owner', 'platform')).not.toHaveProperty('tasks');
  });

  it('declare an API behind an identity provider', () => {
    const options = [
      ...['--uri', 'https://files.example.com', '--idp', 'company', '--strategy', 'okta'],
      ...['--with', 'audience=a=b', '--with', 'client_id=exchanger'],
      ...['--scope', 'read=files.read', '--scope', 'list'],
    ];
    expect(declared('api', 'files', ...options)).toEqual({
      ...{ id: 'files', uri: 'https://files.example.com', idp: 'company' },
      strategy: { kind: 'okta', audience: 'a=b', client_id: 'exchanger' },
      scopes: [{ name: 'read', upstream: 'files.read' }, { name: 'list' }],
    });
    expect(() => declared('api', 'files', ...options, '--with', 'audience')).toThrow(
      '--with audience: must be <member>=<value>, such as audience=files',
    );
    expect(() => declared('provider', 'tracker')).toThrow('a provider is declared by --file');
    expect(() => declared('api', 'files', '--uri', 'https://files.example.com')).toThrow('--idp is required');
  });

  it('declare a client that is an AWS role', () => {
    const options = [
      ...['--agent', 'planner', '--aws-role', 'arn:aws:iam::123456789012:role/reporter'],
      ...['--aws-issuer', 'https://x.tokens.sts.global.api.aws', '--aws-organization', 'o-a1b2c3d4e5'],
      ...['--aws-principal-tag', 'team=data', '--aws-principal-tag', 'note=a=b'],
      ...['--aws-lambda-function', 'arn:aws:lambda:eu-west-1:123456789012:function:reporter'],
    ];
    expect(declared('client', 'c', ...options)).toEqual({
      ...{ client_id: 'c', client_name: 'c', agent_id: 'planner', token_endpoint_auth_method: 'aws_iam_jwt' },
      aws: {
        issuer: 'https://x.tokens.sts.global.api.aws',
        role: 'arn:aws:iam::123456789012:role/reporter',
        organization: 'o-a1b2c3d4e5',
        principal_tags: { team: 'data', note: 'a=b' },
        lambda_functions: ['arn:aws:lambda:eu-west-1:123456789012:function:reporter'],
      },
    });
    expect(() => declared('client', 'c', '--agent', 'planner', '--aws-principal-tag', 'team')).toThrow(
      '--aws-principal-tag team: must be <key>=<value>, such as team=data',
    );
  });

  it('declare a client as the server of a resource', () => {
    expect(declared('client', 'c', '--resource', 'demo')).toEqual({
      ...{ client_id: 'c', client_name: 'c', resource: 'demo' },
      token_endpoint_auth_method: 'client_secret_basic',
    });
  });

  it('declare a client by secret or by keys, inline or in a file', () => {
    const keys = { keys: [{ kty: 'EC' }] };
    writeFileSync(join(directory, 'jwks.json'), JSON.stringify(keys));
    expect(declared('client', 'c', '--agent', 'a')).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
    });
    for (const jwks of ['jwks.json', JSON.stringify(keys)]) {
      expect(declared('client', 'c', '--agent', 'a', '--jwks', jwks)).toMatchObject({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: keys,
      });
    }
  });

  it('may be a whole file instead', () => {
    writeFileSync(join(directory, 'agent.json'), '{"id":"planner","owner":"platform"}');
    expect(declared('agent', undefined, '--file', 'agent.json')).toEqual({
      id: 'planner',
      owner: 'platform',
    });
    expect(() => declared('agent', 'other', '--file', 'agent.json')).toThrow(/differs/);
    expect(() => declared('agent', undefined, '--file', 'agent.json', '--owner', 'x')).toThrow(
      /leave out --owner/,
    );
  });

  it.each([
    ['resource', ['--scope', 'a=b'], /--uri is required, such as --uri https/],
    ['resource', ['--uri', 'x', '--scope', 'tools:read'], /--scope tools:read: must be <name>=<description>/],
    ['agent', [], /--owner is required/],
    ['agent', ['--owner', 'x', '--require', 'tools'], /--require tools: must be <resource id>:<scope>/],
    ['agent', ['--owner', 'x', '--require', 'https://x/y'], /"<resource uri> <scope>"/],
    ['client', [], /--agent is required/],
    ['client', ['--agent', 'a', '--jwks', 'nowhere.json'], /--jwks nowhere.json: cannot be read \(ENOENT\)/],
    ['client', ['--agent', 'a', '--jwks', '{secret'], /--jwks: must hold one JSON object/],
  ] as const)('of a %s are refused with what to write instead: %j', (kind, options, words) => {
    expect(() => declared(kind, 'x', ...options)).toThrow(words);
  });
});
