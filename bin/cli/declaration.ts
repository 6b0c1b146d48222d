import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { awsOptions, awsWorkload } from './aws-workload.ts';
import { delegations } from './delegations.ts';
import { Refused, UsageError } from './failure.ts';
import type { OptionName, Values } from './options.ts';
import { resourceAndScope } from './resource-and-scope.ts';
import { taskOptions, taskPolicy } from './task-policy.ts';

/** What can be registered from here. */
export const declarableKinds = ['resource', 'agent', 'client', 'api', 'provider'] as const;
export type DeclarableKind = (typeof declarableKinds)[number];
/** Identity providers too, which the config alone declares. */
export const kinds = [...declarableKinds, 'idp'] as const;
export type Kind = (typeof kinds)[number];
export type Json = Readonly<Record<string, unknown>>;

/** What `add` takes to declare each kind, besides `--file`. */
export const declarationOptions: Readonly<Record<DeclarableKind, readonly OptionName[]>> = {
  resource: [
    ...['id', 'uri', 'name', 'scope', 'audience', 'kind', 'agent', 'clients', 'tokens', 'dpop'],
    ...['on-behalf-of', 'actor', 'file'],
  ] as OptionName[],
  agent: ['id', 'name', 'owner', 'require', 'optional', 'on-behalf-of', ...taskOptions, 'file'],
  api: ['id', 'uri', 'idp', 'strategy', 'with', 'scope', 'file'],
  /** Its rules are more than options can say. */
  provider: ['file'],
  client: [
    'id',
    'name',
    'agent',
    'resource',
    'auth',
    'method',
    'jwks',
    'jwks-uri',
    'accept-token-endpoint-audience',
    ...awsOptions,
    'redirect-uri',
    'post-logout-redirect-uri',
    'grant',
    'consent',
    'require-pushed-requests',
    'dpop-bound',
    'file',
  ],
};

/**
 * The declaration that options describe, or that a file holds. The admin API judges it; here only what the command
 * line itself can get wrong is refused.
 */
export function declarationOf(
  kind: DeclarableKind,
  id: string | undefined,
  values: Values,
  directory: string,
): Json {
  if (values.file !== undefined) return fromFile(kind, id, values, directory);
  const name = id ?? values.id;
  if (name === undefined)
    throw new UsageError(`name the ${kind}: vestibule ${kind} add <id> …, or give --file`);
  if (values.id !== undefined && values.id !== name)
    throw new UsageError(`--id ${values.id} differs from ${name}`);
  return withoutAbsent(builders[kind](name, values, directory));
}

const builders: Readonly<Record<DeclarableKind, (id: string, values: Values, directory: string) => Json>> = {
  resource: (id, values) => ({
    id,
    uri: values.uri ?? missing('uri', 'https://mcp.example.com/mcp'),
    audience: values.audience,
    kind: values.kind,
    agent_id: values.agent,
    name: values.name ?? id,
    scopes: (values.scope ?? []).map(scopeDefinition),
    clients: values.clients,
    tokens: values.tokens,
    dpop: values.dpop,
    delegations: delegations(values),
    actor: values.actor,
  }),
  agent: (id, values) => ({
    id,
    name: values.name ?? id,
    owner: values.owner ?? missing('owner', 'team-billing'),
    catalogue: catalogue(values),
    delegations: delegations(values),
    tasks: taskPolicy(values),
  }),
  api: (id, values) => ({
    id,
    uri: values.uri ?? missing('uri', 'https://files.example.com'),
    idp: values.idp ?? missing('idp', 'company'),
    strategy: strategy(values),
    scopes: (values.scope ?? []).map(providersScope),
  }),
  provider: () => {
    throw new UsageError('a provider is declared by --file: its rules are more than options can say');
  },
  client: (id, values, directory) => ({
    client_id: id,
    client_name: values.name ?? id,
    agent_id: hasOwner(values) ? values.agent : missing('agent', 'planner'),
    resource: values.resource,
    token_endpoint_auth_method: method(values),
    jwks: values.jwks === undefined ? undefined : keySet(values.jwks, directory),
    jwks_uri: values['jwks-uri'],
    accepts_token_endpoint_audience: values['accept-token-endpoint-audience'],
    aws: awsWorkload(values),
    redirect_uris: values['redirect-uri'],
    post_logout_redirect_uris: values['post-logout-redirect-uri'],
    grant_types: values.grant,
    consent: values.consent,
    require_pushed_authorization_requests: values['require-pushed-requests'],
    dpop_bound_access_tokens: values['dpop-bound'],
  }),
};

/** A client with redirect URIs may belong to nobody. */
function hasOwner(values: Values): boolean {
  return [values.agent, values.resource, values['redirect-uri']].some((value) => value !== undefined);
}

function fromFile(kind: DeclarableKind, id: string | undefined, values: Values, directory: string): Json {
  const stray = declarationOptions[kind].find((name) => name !== 'file' && values[name] !== undefined);
  if (stray !== undefined) throw new UsageError(`--file holds the whole declaration; leave out --${stray}`);
  const declared = readJson(values.file ?? '', '--file', directory);
  const member = kind === 'client' ? 'client_id' : 'id';
  if (id !== undefined && declared[member] !== undefined && declared[member] !== id) {
    throw new UsageError(`${member} in --file differs from ${id}`);
  }
  return id === undefined ? declared : { ...declared, [member]: id };
}

/** `--strategy keycloak --with audience=files` */
function strategy(values: Values): Json {
  const members = (values.with ?? []).map((text) => {
    const separator = text.indexOf('=');
    if (separator > 0) return [text.slice(0, separator), text.slice(separator + 1)] as const;
    throw new UsageError(`--with ${text}: must be <member>=<value>, such as audience=files`);
  });
  return { kind: values.strategy ?? missing('strategy', 'rfc8693'), ...Object.fromEntries(members) };
}

/** `read=files.read`, where the provider calls it otherwise. */
function providersScope(text: string): Json {
  const separator = text.indexOf('=');
  if (separator < 1) return { name: text };
  return { name: text.slice(0, separator), upstream: text.slice(separator + 1) };
}

/** `tools:read=List tools`: a scope-token may hold "=" too, but its description then tells no person anything. */
function scopeDefinition(text: string): Json {
  const separator = text.indexOf('=');
  if (separator < 1 || separator === text.length - 1) {
    throw new UsageError(`--scope ${text}: must be <name>=<description>, such as tools:read="List tools"`);
  }
  return { name: text.slice(0, separator), description: text.slice(separator + 1) };
}

/** Collects `demo:tools:read` by resource. */
function catalogue(values: Values): readonly Json[] {
  const entries = new Map<string, { required: string[]; optional: string[] }>();
  for (const [option, list] of [
    ['require', 'required'],
    ['optional', 'optional'],
  ] as const) {
    for (const text of values[option] ?? []) {
      const [resource, scope] = resourceAndScope(option, text);
      const entry = entries.get(resource) ?? { required: [], optional: [] };
      entry[list].push(scope);
      entries.set(resource, entry);
    }
  }
  return [...entries].map(([resource, scopes]) => ({ resource, ...scopes }));
}

function method(values: Values): string {
  if (values.auth !== undefined && values.method !== undefined && values.auth !== values.method) {
    throw new UsageError('--auth and --method are the same option; give one');
  }
  const keys = values.jwks !== undefined || values['jwks-uri'] !== undefined;
  const usual = keys ? 'private_key_jwt' : 'client_secret_basic';
  return values.auth ?? values.method ?? (values['aws-role'] === undefined ? usual : 'aws_iam_jwt');
}

function keySet(text: string, directory: string): unknown {
  return text.trimStart().startsWith('{') ? parse(text, '--jwks') : readJson(text, '--jwks', directory);
}

function readJson(file: string, option: string, directory: string): Json {
  let text: string;
  try {
    text = readFileSync(resolve(directory, file), 'utf8');
  } catch (error) {
    throw new Refused(
      `${option} ${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
  return parse(text, `${option} ${file}`);
}

function parse(text: string, what: string): Json {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Refused below like any other text, without repeating what may be a key.
  }
  throw new Refused(`${what}: must hold one JSON object`);
}

function missing(option: OptionName, example: string): never {
  throw new UsageError(`--${option} is required, such as --${option} ${example}; or give --file`);
}

function withoutAbsent(declaration: Json): Json {
  return Object.fromEntries(Object.entries(declaration).filter(([, value]) => value !== undefined));
}
