import type { Json, Kind } from './declaration.ts';
import { table } from './table.ts';

interface View {
  readonly header: readonly string[];
  readonly row: (thing: Json) => readonly string[];
}

const views: Readonly<Record<Kind, View>> = {
  resource: {
    header: ['ID', 'KIND', 'STATE', 'URI', 'SCOPES', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'id', 'kind', 'state', 'uri'),
      things(thing, 'scopes')
        .map(({ name }) => text(name))
        .join(' '),
      manager(thing),
    ],
  },
  agent: {
    header: ['ID', 'OWNER', 'STATE', 'NAME', 'RESOURCES', 'TASKS', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'id', 'owner', 'state', 'name'),
      String(things(thing, 'catalogue').length),
      thing['tasks'] === undefined ? '-' : `${text((thing['tasks'] as Json)['maximum_hours'])} h`,
      manager(thing),
    ],
  },
  client: {
    header: ['CLIENT ID', 'AGENT', 'RESOURCE', 'STATE', 'AUTHENTICATION', 'SECRETS', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'client_id', 'agent_id', 'resource', 'state', 'token_endpoint_auth_method'),
      things(thing, 'secrets')
        .map(({ id }) => text(id))
        .join(' ') || '-',
      manager(thing),
    ],
  },
  api: {
    header: ['ID', 'IDP', 'STATE', 'URI', 'STRATEGY', 'SCOPES', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'id', 'idp', 'state', 'uri'),
      text((thing['strategy'] as Json)['kind']),
      things(thing, 'scopes')
        .map(({ name }) => text(name))
        .join(' '),
      manager(thing),
    ],
  },
  provider: {
    header: ['ID', 'STATE', 'CREDENTIAL', 'ORIGIN', 'SCOPES', 'AGENTS', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'id', 'state'),
      text((thing['credential'] as Json)['kind']),
      text(((thing['api'] as Json)['origins'] as readonly unknown[])[0]),
      things(thing, 'scopes')
        .map(({ name }) => text(name))
        .join(' '),
      things(thing, 'agents')
        .map(({ agent }) => text(agent))
        .join(' ') || '-',
      manager(thing),
    ],
  },
  idp: {
    header: ['ID', 'STATE', 'PROFILE', 'ISSUER', 'CLIENT ID', 'NAME', 'MANAGED BY'],
    row: (thing) => [
      ...texts(thing, 'id', 'state', 'profile', 'issuer', 'client_id', 'name'),
      manager(thing),
    ],
  },
};

export function listing(kind: Kind, listed: readonly Json[]): string {
  if (listed.length === 0) return `no ${kind}s are registered`;
  const { header, row } = views[kind];
  return table(header, listed.map(row));
}

/** One thing, member by member. */
export function details(thing: Json): string {
  const lines = Object.entries(thing).flatMap(([name, value]) => member(name, value));
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function member(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (name === 'managed_by') return [[name, manager({ managed_by: value })]];
  if (name === 'tasks') return [[name, taskPolicy(value as Json)]];
  if (!Array.isArray(value)) return [[name, text(value)]];
  if (value.length === 0) return [[name, '-']];
  const words = name === 'delegations' ? delegation : inline;
  return value.map((entry, position) => [position === 0 ? name : '', words(entry)] as const);
}

function inline(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return text(entry);
  return Object.values(entry)
    .map((value: unknown) => (Array.isArray(value) ? `[${value.map(text).join(' ')}]` : text(value)))
    .join('  ');
}

/** `https://mcp.example.com/mcp  tools:read (from ask)  for person`, and what is out of the ordinary. */
function delegation(entry: unknown): string {
  const { resource, subjects, mode, refresh } = entry as Json;
  const scopes = things(entry as Json, 'scopes').map(
    ({ name, from }) => `${text(name)} (from ${(from as readonly unknown[]).map(text).join(' or ')})`,
  );
  return [
    text(resource),
    scopes.join(', '),
    `for ${(subjects as readonly unknown[]).map(text).join(', ')}`,
    ...(mode === 'impersonation' ? ['by impersonation'] : []),
    ...(refresh === true ? ['with refresh tokens'] : []),
  ].join('  ');
}

/** `72 hours at most, can be extended, into arn:…:secret:agents/*` */
function taskPolicy({ maximum_hours: hours, extension, secrets }: Json): string {
  return [
    `${text(hours)} hours at most`,
    ...(extension === true ? ['can be extended'] : []),
    ...(secrets === undefined ? [] : [`into ${(secrets as readonly unknown[]).map(text).join(' or ')}`]),
  ].join(', ');
}

function manager(thing: Json): string {
  const { kind, deployment, arn } = thing['managed_by'] as Json;
  if (kind === 'self') return 'itself';
  return kind === 'deployment' ? `deployment ${text(deployment)}` : text(arn);
}

export function texts(thing: Json, ...names: readonly string[]): readonly string[] {
  return names.map((name) => text(thing[name] ?? '-'));
}

function things(thing: Json, name: string): readonly Json[] {
  return (thing[name] ?? []) as readonly Json[];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
