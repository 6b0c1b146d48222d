import type { Command } from './command.ts';
import {
  declarableKinds,
  type DeclarableKind,
  declarationOf,
  declarationOptions,
  type Json,
  type Kind,
  kinds as all,
} from './declaration.ts';
import { doctorCommand } from './doctor/doctor.ts';
import { UsageError } from './failure.ts';
import { idpCertificateCommand } from './idp-certificate.ts';
import { idpKeyCommand } from './idp-key.ts';
import type { OptionName } from './options.ts';
import { details, listing } from './views.ts';

const none = (): readonly OptionName[] => [];

export const commands: Readonly<Record<string, Command>> = {
  add: {
    usage: (kind) => addUsage[kind as DeclarableKind],
    summary: (kind) =>
      `register ${article(kind)}, by ${kind === 'provider' ? '' : 'options or by '}--file declaration.json`,
    kinds: declarableKinds,
    options: (kind) => declarationOptions[kind as DeclarableKind],
    run: async ({ kind, operands, values, admin, surroundings }) => {
      const id = optionalOperand(operands);
      const declaration = declarationOf(kind as DeclarableKind, id, values, surroundings.directory);
      const added = await admin().send('POST', `${kind}s`, declaration);
      return { text: `${kind} ${nameOf(added)} is registered\n${withSecret(added)}`, json: added };
    },
  },
  replace: {
    usage: (kind) => addUsage[kind as DeclarableKind].replace(' add ', ' replace '),
    summary: (kind) => `declare ${article(kind)} anew, as a whole; its state stays`,
    kinds: declarableKinds,
    options: (kind) => declarationOptions[kind as DeclarableKind],
    run: async ({ kind, operands, values, admin, surroundings }) => {
      const at = path(kind, operands);
      const declaration = declarationOf(kind as DeclarableKind, operands[0], values, surroundings.directory);
      const replaced = await admin().send('PUT', at, declaration);
      return { text: `${kind} ${nameOf(replaced)} is replaced\n${withSecret(replaced)}`, json: replaced };
    },
  },
  list: {
    usage: (kind) => `${kind} list`,
    summary: (kind) => `list all ${kind}s`,
    kinds: all,
    options: none,
    run: async ({ kind, operands, admin, surroundings }) => {
      noOperand(operands);
      const things = await admin().listAll(kind, (count) => {
        surroundings.err(`${count} ${kind}s so far …`);
      });
      return { text: listing(kind, things), json: things };
    },
  },
  show: {
    usage: (kind) => `${kind} show <id>`,
    summary: (kind) => `show ${article(kind)}`,
    kinds: all,
    options: none,
    run: async ({ kind, operands, admin }) => {
      const thing = await admin().send('GET', path(kind, operands));
      return { text: details(thing), json: thing };
    },
  },
  disable: turn('disable', 'disabled'),
  enable: turn('enable', 'active'),
  remove: {
    usage: (kind) => `${kind} remove <id>`,
    summary: (kind) => `remove ${article(kind)} and free its identifiers`,
    kinds: declarableKinds,
    options: none,
    run: async ({ kind, operands, admin }) => {
      await admin().send('DELETE', path(kind, operands));
      const id = operands[0] ?? '';
      return { text: `${kind} ${id} is removed`, json: { removed: id } };
    },
  },
  doctor: doctorCommand,
  key: idpKeyCommand,
  certificate: idpCertificateCommand,
  'add-secret': {
    usage: (kind) => `${kind} add-secret <client id>`,
    summary: () => 'add a second live secret, to rotate without an interruption',
    kinds: ['client'],
    options: none,
    run: async ({ kind, operands, admin }) => {
      const client = await admin().send('POST', `${path(kind, operands)}/secrets`);
      return { text: `client ${nameOf(client)} has another secret\n${withSecret(client)}`, json: client };
    },
  },
  'remove-secret': {
    usage: (kind) => `${kind} remove-secret <client id> <secret id>`,
    summary: () => 'end one of two live secrets',
    kinds: ['client'],
    options: none,
    run: async ({ kind, operands, admin }) => {
      const [client, secret, ...rest] = operands;
      if (client === undefined || secret === undefined)
        throw new UsageError('name the client and the secret to end');
      await admin().send('DELETE', `${path(kind, [client, ...rest])}/secrets/${encodeURIComponent(secret)}`);
      return { text: `secret ${secret} of client ${client} has ended`, json: { removed: secret } };
    },
  },
};

const addUsage: Readonly<Record<DeclarableKind, string>> = {
  resource:
    'resource add <id> --uri <uri> --scope <name>=<description> … [--name] [--audience] [--kind mcp-server|agent|egress] [--agent <agent id>] [--clients declared|any] [--tokens jwt|opaque] [--dpop accepted|required] [--on-behalf-of <rule> …] [--actor <agent id>]',
  agent:
    'agent add <id> --owner <owner> [--name] [--require <resource id>:<scope> …] [--optional <resource id>:<scope> …] [--on-behalf-of "<target id>:<scope> [from <scope> or …] [for person|agent|workload or …] [by impersonation]" …] [--task-hours <hours> [--task-extension] [--task-secret <arn> …]]',
  api: 'api add <id> --uri <uri> --idp <idp id> --strategy rfc8693|keycloak|entra-obo|entra-agent-id|okta|okta-agent|auth0|cognito [--with <member>=<value> …] --scope <name>[=<as the provider calls it>] …',
  provider: 'provider add <id> --file <declaration.json>',
  client:
    'client add <id> (--agent <agent id> | --resource <resource id or uri> | --redirect-uri <uri> …) [--auth client_secret_basic|client_secret_post|private_key_jwt|aws_iam_jwt|aws_caller_identity|none] [--jwks <file or JSON> | --jwks-uri <url>] [--accept-token-endpoint-audience] [--aws-role <arn> --aws-issuer <url> [--aws-organization <id>] [--aws-principal-tag <key>=<value> …] [--aws-lambda-function <arn> …]] [--post-logout-redirect-uri <uri> …] [--grant <grant type> …] [--consent asked|implied] [--require-pushed-requests] [--name]',
};

function turn(verb: 'disable' | 'enable', state: string): Command {
  return {
    usage: (kind) => `${kind} ${verb} <id>`,
    summary: (kind) =>
      verb === 'disable' ? `let ${article(kind)} take part in nothing until it is enabled` : `undo disable`,
    kinds: all,
    options: none,
    run: async ({ kind, operands, admin }) => {
      const thing = await admin().send('POST', `${path(kind, operands)}/${verb}`);
      const soon = 'every endpoint follows within 5 seconds';
      return { text: `${kind} ${nameOf(thing)} is ${state}; ${soon}`, json: thing };
    },
  };
}

/** The secret that the API shows once, apart from the rest. */
function withSecret(thing: Json): string {
  const { client_secret: secret, client_secret_id: id, ...rest } = thing;
  if (typeof secret !== 'string') return details(rest);
  return `${details(rest)}\n\nclient_secret  ${secret}\nThis secret (${String(id)}) is shown this once and kept nowhere: store it now.`;
}

function nameOf(thing: Json): string {
  return String(thing['client_id'] ?? thing['id']);
}

function path(kind: Kind, operands: readonly string[]): string {
  const [id, ...rest] = operands;
  if (id === undefined || id === '') throw new UsageError(`name the ${kind}`);
  noOperand(rest);
  return `${kind}s/${encodeURIComponent(id)}`;
}

function optionalOperand([id, ...rest]: readonly string[]): string | undefined {
  noOperand(rest);
  return id;
}

function noOperand(operands: readonly string[]): void {
  if (operands.length > 0) throw new UsageError(`${JSON.stringify(operands[0])} is one word too many`);
}

function article(kind: Kind): string {
  if (kind === 'idp') return 'an identity provider';
  if (kind === 'api') return 'an API behind an identity provider';
  if (kind === 'provider') return 'a third party behind the vault';
  return kind === 'agent' ? 'an agent' : `a ${kind}`;
}
