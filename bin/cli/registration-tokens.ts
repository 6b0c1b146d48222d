import type { AdminClient } from './admin-client.ts';
import type { Said } from './command.ts';
import { UsageError } from './failure.ts';
import type { Surroundings } from './io.ts';
import { allowOnly, type Values } from './options.ts';
import { table } from './table.ts';
import { details, texts } from './views.ts';

interface Invocation {
  /** What follows `registration-token`. */
  readonly words: readonly string[];
  readonly values: Values;
  readonly admin: () => AdminClient;
  readonly surroundings: Surroundings;
}

/** The usage of each command, and what it does. */
export const registrationTokenUsage: readonly (readonly [string, string])[] = [
  [
    'registration-token add <name> --expires-in <days>d|<hours>h [--uses <clients>]',
    'make an initial access token: who has it registers clients until it expires or is used up',
  ],
  ['registration-token list', 'list the initial access tokens, without their values'],
  ['registration-token remove <id>', 'let nobody register by it any more; the clients that did stay'],
];

/** `vestibule registration-token …`. */
export async function registrationTokenCommand(invocation: Invocation): Promise<Said> {
  const [verb, ...operands] = invocation.words;
  switch (verb) {
    case 'add':
      return add(invocation, operands);
    case 'list':
      return list(invocation, operands);
    case 'remove':
      return remove(invocation, operands);
    case undefined:
    default:
      throw new UsageError(
        `${verb === undefined ? 'say what to do with the registration-token' : `${JSON.stringify(verb)} is no command of registration-token`}: add, list, remove`,
      );
  }
}

async function add({ values, admin }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, ['expires-in', 'uses'], 'registration-token add');
  const asked = {
    name: only(operands, 'name the token, so that operators know later whom it was for'),
    expires_in: seconds(values['expires-in']),
    ...(values.uses !== undefined && { uses: whole(values.uses) }),
  };
  const added = await admin().send('POST', 'registration-tokens', asked);
  const { initial_access_token: value, ...rest } = added;
  const text = `registration-token ${String(rest['id'])} is made\n${details(rest)}\n\ninitial_access_token  ${String(value)}\nThis token is shown this once and kept nowhere: hand it over now.`;
  return { text, json: added };
}

async function list({ values, admin, surroundings }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, [], 'registration-token list');
  noMore(operands);
  const tokens = await admin().listAll('registration-token', (count) => {
    surroundings.err(`${count} registration-tokens so far …`);
  });
  const rows = tokens.map((token) => [
    ...texts(token, 'id', 'name', 'expires_at'),
    token['uses'] === undefined ? 'any number' : texts(token, 'used', 'uses').join(' of '),
    ...texts(token, 'created_by'),
  ]);
  const text = table(['ID', 'NAME', 'EXPIRES', 'USED', 'CREATED BY'], rows);
  return { text: rows.length === 0 ? 'there are no registration-tokens' : text, json: tokens };
}

async function remove({ values, admin }: Invocation, operands: readonly string[]): Promise<Said> {
  allowOnly(values, [], 'registration-token remove');
  const id = only(operands, 'name the token by its id, as `vestibule registration-token list` shows it');
  if (id.includes('.')) {
    throw new UsageError(
      'that is the value of a token, which is a secret; name it by its id, the part before the dot',
    );
  }
  await admin().send('DELETE', `registration-tokens/${encodeURIComponent(id)}`);
  return { text: `registration-token ${id} is removed`, json: { removed: id } };
}

function seconds(text: string | undefined): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([dh])$/.exec(text ?? '') ?? [];
  if (count === '') {
    throw new UsageError(
      `--expires-in ${text ?? ''}${text === undefined ? 'is required; it ' : ': '}must be days or hours, such as 30d or 12h`,
    );
  }
  return Number(count) * (unit === 'd' ? 86_400 : 3_600);
}

function whole(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`--uses ${text}: must be the number of clients that it may register, such as 1`);
}

function only([operand, ...rest]: readonly string[], otherwise: string): string {
  if (operand === undefined || operand === '') throw new UsageError(otherwise);
  noMore(rest);
  return operand;
}

function noMore([stray]: readonly string[]): void {
  if (stray !== undefined) throw new UsageError(`${JSON.stringify(stray)} is one word too many`);
}
