import { type AdminClient, adminClient } from './admin-client.ts';
import type { Command, Said } from './command.ts';
import { commands } from './commands.ts';
import { type Kind, kinds } from './declaration.ts';
import { Refused, UsageError } from './failure.ts';
import {
  helpOf,
  helpOfKeys,
  helpOfPersons,
  helpOfRegistrationTokens,
  helpOfTasks,
  overview,
} from './help.ts';
import { processSurroundings, type Surroundings } from './io.ts';
import { keysCommand } from './keys.ts';
import { allowOnly, type Arguments, readArguments } from './options.ts';
import { personCommand } from './people.ts';
import { registrationTokenCommand } from './registration-tokens.ts';
import { targetOf } from './target.ts';
import { tasksCommand } from './tasks.ts';

/** Runs one command line and resolves with its exit code: 0, 1 for a refusal or bad news, 2 for a wrong use. */
export async function runCommandLine(
  args: readonly string[],
  surroundings: Surroundings = processSurroundings,
): Promise<0 | 1 | 2> {
  try {
    const { text, failed = false } = await outputOf(readArguments(args), surroundings);
    surroundings.out(text);
    return failed ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) {
      surroundings.err(`vestibule: ${error.message}\nTry \`vestibule --help\`.`);
      return 2;
    }
    if (error instanceof Refused) {
      surroundings.err(`vestibule: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

interface Output {
  readonly text: string;
  readonly failed?: boolean;
}

async function outputOf({ values, positionals }: Arguments, surroundings: Surroundings): Promise<Output> {
  const [kind, verb, ...operands] = positionals;
  const admin = (): AdminClient => adminClient(targetOf(values, surroundings));
  const printed = ({ text, json, failed = false }: Said): Output => ({
    text: values.json === true ? JSON.stringify(json, undefined, 2) : text,
    failed,
  });
  const family = kind === undefined ? undefined : familyNamed(kind);
  if (family !== undefined) {
    if (values.help === true) return { text: family.help() };
    return printed(await family.command({ words: positionals.slice(1), values, admin, surroundings }));
  }
  const known = kind === undefined ? undefined : kindNamed(kind);
  if (known === undefined) {
    if (values.help === true) return { text: overview() };
    throw new UsageError(
      'say what: vestibule resource|agent|client|api|provider|idp|person|tasks|keys|registration-token <command>',
    );
  }
  const command = verb === undefined ? undefined : commandNamed(known, verb);
  if (values.help === true) return { text: helpOf(known, command) };
  if (command === undefined) throw new UsageError(`say what to do with the ${known}: ${verbsOf(known)}`);
  allowOnly(values, command.options(known), `${known} ${verb ?? ''}`);
  return printed(await command.run({ kind: known, operands, values, surroundings, admin }));
}

/** Commands that are not about a kind of thing that is declared. */
function familyNamed(text: string) {
  if (text === 'keys') return { help: helpOfKeys, command: keysCommand };
  if (/^(person|people)$/.test(text)) return { help: helpOfPersons, command: personCommand };
  if (/^tasks?$/.test(text)) return { help: helpOfTasks, command: tasksCommand };
  return /^registration-tokens?$/.test(text)
    ? { help: helpOfRegistrationTokens, command: registrationTokenCommand }
    : undefined;
}

function kindNamed(text: string): Kind {
  const kind = kinds.find((name) => text === name || text === `${name}s`);
  if (kind === undefined)
    throw new UsageError(
      `${JSON.stringify(text)} is not resource, agent, client, api, provider, idp, person, tasks, keys or registration-token`,
    );
  return kind;
}

function commandNamed(kind: Kind, verb: string): Command {
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (command?.kinds.includes(kind) !== true) {
    throw new UsageError(`${JSON.stringify(verb)} is no command of ${kind}; there are ${verbsOf(kind)}`);
  }
  return command;
}

function verbsOf(kind: Kind): string {
  return Object.entries(commands)
    .filter(([, command]) => command.kinds.includes(kind))
    .map(([verb]) => verb)
    .join(', ');
}
