import type { AdminClient } from './admin-client.ts';
import type { Said } from './command.ts';
import type { Json } from './declaration.ts';
import { UsageError } from './failure.ts';
import type { Surroundings } from './io.ts';
import { allowOnly, type Values } from './options.ts';
import { table } from './table.ts';

interface KeysInvocation {
  /** What follows `keys`. */
  readonly words: readonly string[];
  readonly values: Values;
  readonly admin: () => AdminClient;
  readonly surroundings: Surroundings;
}

/** The usage of each command, and what it does. */
export const keysUsage: readonly (readonly [string, string])[] = [
  ['keys', 'list the signing keys: which one signs, which waits, which still verifies'],
  ['keys rotate', 'let the standby key take over in seconds; the old key verifies what it signed'],
  ['keys rotate --compromised <kid>', 'withdraw a key at once, with every token that it signed'],
];

/** `vestibule keys …`. */
export async function keysCommand({ words, values, admin, surroundings }: KeysInvocation): Promise<Said> {
  const [verb, ...rest] = words;
  if (rest.length > 0) throw new UsageError(`${JSON.stringify(rest[0])} is one word too many`);
  if (verb === undefined || verb === 'list') {
    allowOnly(values, [], 'keys');
    const ring = await admin().send('GET', 'keys');
    return { text: overviewOf(ring), json: ring };
  }
  if (verb !== 'rotate')
    throw new UsageError(`${JSON.stringify(verb)} is no command of keys; there is rotate`);
  allowOnly(values, ['compromised'], 'keys rotate');
  const { compromised } = values;
  if (compromised === undefined) {
    const ring = await admin().send('POST', 'keys/rotate', {});
    return { text: `${rotatedText(ring)}\n\n${overviewOf(ring)}`, json: ring };
  }
  surroundings.err(
    `withdrawing ${compromised}: it leaves the key set, and every token that it signed ends with it …`,
  );
  const ring = await admin().send('POST', 'keys/rotate', { compromised });
  return { text: `${withdrawnText(compromised, ring)}\n\n${overviewOf(ring)}`, json: ring };
}

function overviewOf(ring: Json): string {
  const header = [
    'KID',
    'STATE',
    'CUSTODY',
    'ALG',
    'PUBLISHED',
    'SIGNS FROM',
    'SIGNS UNTIL',
    'PUBLISHED UNTIL',
  ];
  const members = [
    ...['kid', 'state', 'custody', 'algorithm', 'published_at'],
    ...['signs_from', 'signs_until', 'published_until'],
  ];
  const rows = keysOf(ring).map((key) => members.map((name) => text(key, name)));
  const next = text(ring, 'next_rotation_at');
  return [table(header, rows), ...(next === '-' ? [] : [`\nThe next rotation is due at ${next}.`])].join(
    '\n',
  );
}

function rotatedText(ring: Json): string {
  const next = keysOf(ring).find((key) => key['state'] === 'announced' && key['signs_from'] !== undefined);
  const old = keysOf(ring).find((key) => key['state'] === 'active');
  if (next === undefined || old === undefined) return 'another key signs now';
  return [
    `${text(next, 'kid')} signs from ${text(next, 'signs_from')}`,
    `${text(old, 'kid')} verifies what it signed until ${text(old, 'published_until')}`,
    ...(isNew(next)
      ? [
          'It has been published for less than a day: a verifier that does not look up an unknown kid may refuse it until then.',
        ]
      : []),
  ].join('\n');
}

function withdrawnText(kid: string, ring: Json): string {
  const signing = keysOf(ring).find(({ state }) => state === 'active');
  const standby = keysOf(ring).some((key) => key['state'] === 'announced');
  return [
    `${kid} has left the key set, and introspection finds its tokens inactive within 5 seconds`,
    `Verifiers that work offline may hold the former key set for ${text(ring, 'key_set_max_age')} seconds more`,
    `${text(signing ?? {}, 'kid')} signs now`,
    ...(standby ? [] : ['No standby key could be made: the next daily run makes one']),
  ].join('\n');
}

function isNew(key: Json): boolean {
  const announced = Date.parse(text(key, 'signs_from')) - Date.parse(text(key, 'published_at'));
  return announced < 86_400_000;
}

function keysOf(ring: Json): readonly Json[] {
  return (ring['keys'] ?? []) as readonly Json[];
}

function text(thing: Json, name: string): string {
  const value = thing[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}
