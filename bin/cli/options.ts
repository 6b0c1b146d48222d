import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './failure.ts';

type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** Options of every command. */
const everywhere = {
  local: { type: 'boolean' },
  endpoint: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies OptionTable;

const declarations = {
  id: { type: 'string' },
  name: { type: 'string' },
  file: { type: 'string' },
  uri: { type: 'string' },
  audience: { type: 'string' },
  kind: { type: 'string' },
  scope: { type: 'string', multiple: true },
  owner: { type: 'string' },
  require: { type: 'string', multiple: true },
  optional: { type: 'string', multiple: true },
  agent: { type: 'string' },
  resource: { type: 'string' },
  auth: { type: 'string' },
  method: { type: 'string' },
  jwks: { type: 'string' },
  'jwks-uri': { type: 'string' },
  'accept-token-endpoint-audience': { type: 'boolean' },
  'aws-role': { type: 'string' },
  'aws-issuer': { type: 'string' },
  'aws-organization': { type: 'string' },
  'aws-principal-tag': { type: 'string', multiple: true },
  'aws-lambda-function': { type: 'string', multiple: true },
  'redirect-uri': { type: 'string', multiple: true },
  'post-logout-redirect-uri': { type: 'string', multiple: true },
  grant: { type: 'string', multiple: true },
  consent: { type: 'string' },
  'require-pushed-requests': { type: 'boolean' },
  'dpop-bound': { type: 'boolean' },
  clients: { type: 'string' },
  tokens: { type: 'string' },
  dpop: { type: 'string' },
  'on-behalf-of': { type: 'string', multiple: true },
  actor: { type: 'string' },
  idp: { type: 'string' },
  strategy: { type: 'string' },
  with: { type: 'string', multiple: true },
  'task-hours': { type: 'string' },
  'task-extension': { type: 'boolean' },
  'task-secret': { type: 'string', multiple: true },
} as const satisfies OptionTable;

const keys = { compromised: { type: 'string' } } as const satisfies OptionTable;

const registrationTokens = {
  'expires-in': { type: 'string' },
  uses: { type: 'string' },
} as const satisfies OptionTable;

const tasks = {
  all: { type: 'boolean' },
  watch: { type: 'boolean' },
  reason: { type: 'string' },
} as const satisfies OptionTable;

const doctor = {
  token: { type: 'string' },
  'sign-in': { type: 'boolean' },
  client: { type: 'string' },
} as const satisfies OptionTable;

const certificates = { key: { type: 'string' }, days: { type: 'string' } } as const satisfies OptionTable;

const options = {
  ...everywhere,
  ...declarations,
  ...keys,
  ...registrationTokens,
  ...tasks,
  ...doctor,
  ...certificates,
} as const;

export type Values = ReturnType<typeof parse>['values'];
export type OptionName = keyof typeof options;

export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
}

const general = new Set<string>(Object.keys(everywhere));

/** Reads the command line. Throws `UsageError` for an option that does not exist or lacks its value. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    return parse(args);
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? 'the options are not understood');
  }
}

/** Refuses options that mean nothing to this command, rather than ignoring them. */
export function allowOnly(values: Values, allowed: readonly OptionName[], command: string): void {
  const stray = Object.keys(values).find(
    (name) => !general.has(name) && !allowed.some((option) => option === name),
  );
  if (stray === undefined) return;
  const known =
    allowed.length === 0
      ? 'it takes none of its own'
      : `it takes ${allowed.map((name) => `--${name}`).join(', ')}`;
  throw new UsageError(`--${stray} is no option of \`vestibule ${command}\`; ${known}`);
}

function parse(args: readonly string[]) {
  const [ids, others] = [args.filter(isDashedId), args.filter((arg) => !isDashedId(arg))];
  // What follows `--` is no option; ids are the last words of their commands.
  const guarded = ids.length === 0 || others.includes('--') ? args : [...others, '--', ...ids];
  return parseArgs({ args: [...guarded], options, allowPositionals: true, strict: true });
}

/** An id is random, and may begin as an option does. */
function isDashedId(arg: string): boolean {
  return /^-[\w-]{21}$/.test(arg) && !Object.hasOwn(options, arg.replace(/^--/, ''));
}
