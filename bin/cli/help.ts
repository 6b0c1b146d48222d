import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { type Kind, kinds } from './declaration.ts';
import { keysUsage } from './keys.ts';
import { personUsage } from './people.ts';
import { registrationTokenUsage } from './registration-tokens.ts';
import { table } from './table.ts';
import { taskUsage } from './tasks.ts';

const keysLines = keysUsage.map(([usage, what]) => [`  vestibule ${usage}`, what] as const);

const personLines = personUsage.map(([usage, what]) => [`  vestibule ${usage}`, what] as const);

const taskLines = taskUsage.map(([usage, what]) => [`  vestibule ${usage}`, what] as const);

const registrationTokenLines = registrationTokenUsage.map(
  ([usage, what]) => [`  vestibule ${usage}`, what] as const,
);

const everywhere = [
  ['--local', 'the local run of this directory (.vestibule/endpoints.json)'],
  [
    '--endpoint <url>',
    'a deployment, by its IssuerUrl; or VESTIBULE_ENDPOINT. Signed with your AWS credentials',
  ],
  ['--region <region>', 'its region, where the URL does not tell; or AWS_REGION'],
  ['--json', 'machine-readable output'],
  ['--help', 'help for a command'],
] as const;

export function overview(): string {
  const lines = kinds.flatMap((kind) =>
    of(kind).map(([verb, command]) => [`  vestibule ${kind} ${verb}`, command.summary(kind)] as const),
  );
  return `Usage: vestibule <resource|agent|client|api|provider|idp|person|tasks|keys|registration-token> <command> [options]\n\n${rows([...lines, ...personLines, ...taskLines, ...keysLines, ...registrationTokenLines])}\n\n${optionLines()}`;
}

export function helpOfKeys(): string {
  return `Usage: vestibule keys [rotate] [options]\n\n${rows(keysLines)}\n\n${optionLines()}`;
}

export function helpOfPersons(): string {
  return `Usage: vestibule person <command> [options]\n\n${rows(personLines)}\n\n${optionLines()}`;
}

export function helpOfTasks(): string {
  return `Usage: vestibule tasks [command] [options]\n\n${rows(taskLines)}\n\n${optionLines()}`;
}

export function helpOfRegistrationTokens(): string {
  return `Usage: vestibule registration-token <command> [options]\n\n${rows(registrationTokenLines)}\n\n${optionLines()}`;
}

export function helpOf(kind: Kind, command?: Command): string {
  if (command !== undefined) {
    return `Usage: vestibule ${command.usage(kind)}\n\n  ${command.summary(kind)}\n\n${optionLines()}`;
  }
  const lines = of(kind).map(([, each]) => [`  vestibule ${each.usage(kind)}`, each.summary(kind)] as const);
  return `Usage: vestibule ${kind} <command> [options]\n\n${lines.map(([usage, what]) => `${usage}\n      ${what}`).join('\n')}\n\n${optionLines()}`;
}

function of(kind: Kind): readonly (readonly [string, Command])[] {
  return Object.entries(commands).filter(([, command]) => command.kinds.includes(kind));
}

function optionLines(): string {
  return rows(everywhere.map(([option, what]) => [`  ${option}`, what] as const));
}

function rows(lines: readonly (readonly [string, string])[]): string {
  const [first = ['', ''], ...rest] = lines;
  return table(first, rest);
}
