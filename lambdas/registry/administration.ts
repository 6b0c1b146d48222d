import type { Kind, RegistryStore, Things } from '../ports/registry-store.ts';
import type { AgentId } from '../runtime/identifiers.ts';
import type { Client, RegistrationState } from '../ports/registry.ts';
import type { Random } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';
import { type Author, firstRegistration, keptRegistration } from './author.ts';
import type { DeclarationContext } from './declaration/fields.ts';
import { enrolFirst, enrolled, isToEnrol, type LettingInPorts } from './enrolment.ts';
import type { RegistryRefusal } from './refusal.ts';
import { rules } from './rules.ts';
import { addSecret, newSecret, removeSecret } from './secrets.ts';
import { awaitsApproval, decided, isOver, livingOn } from './self-registration.ts';
import { changedMeanwhile, changeThing, findThing, registerThing, removeThing } from './writing.ts';

export interface AdministrationPorts extends LettingInPorts {
  readonly random: Random;
  readonly context: DeclarationContext;
}

/** What a registration gave: the thing and, if one was made for it, the secret that is shown this once. */
export interface Registered<Thing> {
  readonly thing: Thing;
  readonly secret?: { readonly id: string; readonly value: Secret };
}

type Outcome<Value> = Promise<Result<Value, RegistryRefusal>>;

/** Registers what an operator declares. */
export async function register<K extends Kind>(
  ports: AdministrationPorts,
  kind: K,
  input: unknown,
  author: Author,
): Outcome<Registered<Things[K]>> {
  const settled = await settle(ports, kind, input);
  if (!settled.ok) return settled;
  const made = secretMaker(ports, author);
  const thing = rules[kind].create(settled.value, firstRegistration(author), made.make);
  const written = await registerThing(ports.store, kind, { thing }, author);
  return written.ok ? ok({ thing, ...made.shown() }) : written;
}

/** Replaces the declaration of a thing. Its state stays, and so do a client's agent and live secrets. */
export async function replace<K extends Kind>(
  ports: AdministrationPorts,
  target: { readonly kind: K; readonly id: string },
  input: unknown,
  author: Author,
): Outcome<Registered<Things[K]>> {
  const { kind, id } = target;
  const existing = await findThing(ports.store, kind, id);
  if (existing === undefined) return refuse({ reason: 'not_found', kind, id });
  const settled = await settle(ports, kind, input);
  if (!settled.ok) return settled;
  const made = secretMaker(ports, author);
  const written = await changeThing(ports.store, { kind, id, event: 'replaced' }, author, (from) => {
    const { managedBy } = from.thing;
    if (managedBy.kind === 'deployment') return refuse(managedByDeployment(kind, id, managedBy.deployment));
    const thing = rules[kind].replace(
      settled.value,
      from.thing,
      keptRegistration(from.thing, author),
      made.make,
    );
    return thing.ok ? ok({ thing: thing.value }) : thing;
  });
  return written.ok ? ok({ thing: written.value, ...made.shown() }) : written;
}

/**
 * Disables or enables a thing; to find it so already is a success. A client that registered itself and is enabled lives
 * for long enough to be used, although its life may have been over; where it is to be one of its own at identity providers,
 * it is that first.
 */
export async function setState<K extends Kind>(
  ports: AdministrationPorts,
  target: { readonly kind: K; readonly id: string },
  state: RegistrationState,
  author: Author,
): Outcome<Things[K]> {
  if (state === 'active') return enable(ports, target, author);
  return changeThing(ports.store, { ...target, event: 'disabled' }, author, (from) => {
    if (from.thing.state === state && !awaitsApproval(from.thing)) return ok(from);
    return ok({ ...from, thing: { ...decided(from.thing), state, updatedAt: author.at } });
  });
}

async function enable<K extends Kind>(
  ports: AdministrationPorts,
  target: { readonly kind: K; readonly id: string },
  author: Author,
): Outcome<Things[K]> {
  const found = await enrolFirst(ports, target, author.at);
  if (!found.ok) return found;
  return changeThing(ports.store, { ...target, event: 'enabled' }, author, (from) => {
    const isToBe = isToEnrol(ports, from.thing, author.at);
    // It came to wait after it was looked at.
    if (isToBe && found.value === 'nothing to do') return refuse(changedMeanwhile);
    if (from.thing.state === 'active' && !isOver(from.thing, author.at) && !awaitsApproval(from.thing)) {
      return ok(from);
    }
    const thing = { ...decided(from.thing), state: 'active' as const, updatedAt: author.at };
    const known = isToBe ? enrolled(ports, thing) : thing;
    return ok({ ...from, thing: livingOn(known, ports.selfRegistration, author.at) });
  });
}

/** Removes a thing and frees its identifiers. An agent goes after its clients. */
export async function remove(
  ports: AdministrationPorts,
  target: { readonly kind: Kind; readonly id: string },
  author: Author,
): Outcome<'removed' | 'kept'> {
  const clients = target.kind === 'agent' ? await clientsOf(ports.store, target.id as AgentId) : [];
  if (clients.length > 0) {
    return refuse({
      reason: 'conflict',
      problem: `agent "${target.id}" still has clients (${clients.slice(0, 5).join(', ')})`,
      fix: 'remove them first, or disable the agent',
    });
  }
  const removed = await removeThing(ports.store, target, author, ({ thing }) =>
    mayRemove(target.kind, thing),
  );
  if (!removed.ok || removed.value === 'removed') return removed;
  return refuse({
    reason: 'conflict',
    problem: `provider "${target.id}" is declared by a deployment, and accounts are connected to it by its id`,
    fix: "disable it, or remove it from that deployment's config",
  });
}

/** Whoever took the id of a third party would get what calls of its connected accounts bear, at a place of their own. */
function mayRemove(kind: Kind, { managedBy }: Things[Kind]): boolean {
  return kind !== 'provider' || managedBy.kind !== 'deployment';
}

/** Adds a second live secret to a client. */
export async function rotateIn(
  ports: AdministrationPorts,
  clientId: string,
  author: Author,
): Outcome<Required<Registered<Client>>> {
  const { secret, stored } = newSecret(ports.random, author.at);
  const target = { kind: 'client', id: clientId, event: 'secret_added' } as const;
  const written = await changeThing(ports.store, target, author, (from) => {
    const thing = addSecret(from.thing, stored);
    return thing.ok ? ok({ ...from, thing: thing.value }) : thing;
  });
  return written.ok ? ok({ thing: written.value, secret: { id: stored.id, value: secret } }) : written;
}

/** Ends one of two live secrets of a client. */
export async function rotateOut(
  ports: AdministrationPorts,
  clientId: string,
  secretId: string,
  author: Author,
): Outcome<Client> {
  const target = { kind: 'client', id: clientId, event: 'secret_removed' } as const;
  return changeThing(ports.store, target, author, (from) => {
    const thing = removeSecret(from.thing, secretId, author.at);
    return thing.ok ? ok({ ...from, thing: thing.value }) : thing;
  });
}

async function settle<K extends Kind>(ports: AdministrationPorts, kind: K, input: unknown) {
  const read = rules[kind].read(input, ports.context);
  return read.ok ? rules[kind].resolve(ports.store, read.value) : read;
}

/** Makes a secret when one is needed, and only then. */
function secretMaker(ports: AdministrationPorts, author: Author) {
  let made: ReturnType<typeof newSecret> | undefined;
  return {
    make: () => (made ??= newSecret(ports.random, author.at)).stored,
    shown: () => (made === undefined ? {} : { secret: { id: made.stored.id, value: made.secret } }),
  };
}

/** By the index, which may be a second behind: a client missed here has no agent any more, and gets no token. */
async function clientsOf(store: RegistryStore, agent: AgentId): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list('client', { limit: 100, ...(cursor !== undefined && { cursor }) });
    found.push(...(page?.things ?? []).filter(({ agentId }) => agentId === agent).map(({ id }) => id));
    cursor = page?.cursor;
  } while (cursor !== undefined);
  return found;
}

function managedByDeployment(kind: Kind, id: string, deployment: string): RegistryRefusal {
  return {
    reason: 'conflict',
    problem: `${kind} "${id}" is declared by deployment "${deployment}"`,
    fix: "change it in that deployment's config; here you may disable or remove it",
  };
}
