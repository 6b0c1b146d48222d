import type { AdminClient } from './admin-client.ts';
import type { Said } from './command.ts';
import type { Json } from './declaration.ts';
import { UsageError } from './failure.ts';
import { allowOnly, type Values } from './options.ts';
import { table } from './table.ts';
import { details, texts } from './views.ts';

interface Invocation {
  /** What follows `person`. */
  readonly words: readonly string[];
  readonly values: Values;
  readonly admin: () => AdminClient;
}

/** The usage of each command, and what it does. */
export const personUsage: readonly (readonly [string, string])[] = [
  [
    'person show <id>',
    'show a person, the clients they consented to, and what is granted in their name; the id is the sub of their tokens',
  ],
  [
    'person end <id>',
    'end every session of a person and all that clients and agents hold in their name, by their own grant or by the word of others; they may sign in again',
  ],
];

/** `vestibule person …`. */
export async function personCommand({ words, values, admin }: Invocation): Promise<Said> {
  const [verb, ...operands] = words;
  if (verb !== 'show' && verb !== 'end') {
    throw new UsageError(
      `${verb === undefined ? 'say what to do with the person' : `${JSON.stringify(verb)} is no command of person`}: show, end`,
    );
  }
  allowOnly(values, [], `person ${verb}`);
  const path = `people/${encodeURIComponent(idOf(operands))}`;
  if (verb === 'show') {
    const person = await admin().send('GET', path);
    return { text: shown(person), json: person };
  }
  const ended = await admin().send('POST', `${path}/end`);
  const [id = '', grants = ''] = texts(ended, 'id', 'ended_grants');
  const text = `${id} is signed out everywhere here, and ${grants} grant${grants === '1' ? '' : 's'} ended, with every token that others vouched for; verifiers that read the feed of ends follow within 30 seconds`;
  return { text: ended['known'] === false ? `${text}\n${unknown}` : text, json: ended };
}

const unknown =
  'nobody of that id has granted anything here, nor can it be told whether others vouch for them: look at the id again if you expected more';

function idOf([id, stray]: readonly string[]): string {
  if (id === undefined || id === '') {
    throw new UsageError('name the person by their id: the sub of their tokens, personId in the audit trail');
  }
  if (stray !== undefined) throw new UsageError(`${JSON.stringify(stray)} is one word too many`);
  return id;
}

function shown(person: Json): string {
  const { clients, grants, ...rest } = person;
  const ofClients = (clients as readonly Json[]).map((client) => [
    ...texts(client, 'client_id', 'client_name', 'granted_at'),
    (client['granted'] as readonly Json[]).map((granted) => texts(granted, 'scope')[0] ?? '').join(' '),
  ]);
  const ofGrants = (grants as readonly Json[]).map((grant) =>
    texts(grant, 'id', 'client_id', 'agent_id', 'resource', 'scope', 'created_at', 'refreshable_until'),
  );
  const grantHeader = ['GRANT', 'CLIENT ID', 'AGENT', 'RESOURCE', 'SCOPE', 'CREATED', 'REFRESHABLE UNTIL'];
  return [
    details(rest),
    ofClients.length === 0
      ? 'consented to no client'
      : table(['CLIENT ID', 'CLIENT', 'GRANTED', 'SCOPE'], ofClients),
    ofGrants.length === 0 ? 'nothing is granted in their name' : table(grantHeader, ofGrants),
  ].join('\n\n');
}
