import * as v from 'valibot';
import type { OwnAwsAccount } from '../../ports/aws-account.ts';
import type { Attributes } from '../../cloudformation/respond.ts';
import type { ClientSecrets } from '../../ports/client-secrets.ts';
import type { ClientSigningKeys } from '../../ports/client-signing-keys.ts';
import type { OriginSecrets } from '../../ports/origin-secrets.ts';
import type { Kind } from '../../ports/registry-store.ts';
import { type Author, nameOf } from '../../registry/author.ts';
import type { DeclarationContext } from '../../registry/declaration/fields.ts';
import { describe, type RegistryRefusal } from '../../registry/refusal.ts';
import { readTrusted, type Settled } from '../../registry/rules.ts';
import { seed, type SeedingPorts, type SeedOutcome, unseed } from '../../registry/seeding.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Audit } from '../../runtime/events.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { RegistrationEvent } from './event.ts';
import { withOwnIssuer } from './own-issuer.ts';
import { withProviderKeys } from './provider-keys.ts';
import { carryOutRedirect, redirectIdOf } from './redirects.ts';

export interface RegistrationPorts extends SeedingPorts {
  readonly context: DeclarationContext;
  readonly secrets: ClientSecrets;
  readonly clientKeys: ClientSigningKeys;
  readonly originSecrets: OriginSecrets;
  readonly ownAccount: OwnAwsAccount;
  readonly audit: Audit;
}

const kindOf = {
  'Custom::VestibuleResource': 'resource',
  'Custom::VestibuleAgent': 'agent',
  'Custom::VestibuleClient': 'client',
  'Custom::VestibuleIdentityProvider': 'idp',
  'Custom::VestibuleDownstreamApi': 'api',
  'Custom::VestibuleEgressProvider': 'provider',
} as const;

/** Does what one custom resource asks; a refusal is the sentence that the person deploying reads. */
export async function carryOut(
  ports: RegistrationPorts,
  event: RegistrationEvent,
  author: Author,
): Promise<Result<Attributes | undefined, string>> {
  if (event.ResourceType === 'Custom::VestibuleRedirect') return carryOutRedirect(ports, event, author);
  if (event.ResourceType === 'Custom::VestibuleOriginSecret') return digestOf(ports, event);
  const kind = kindOf[event.ResourceType];
  if (event.RequestType === 'Delete') return withdraw(ports, kind, event.PhysicalResourceId, author);
  return declare(ports, kind, event, author);
}

/** The name of the thing the event declares: a change of its id is a new thing, and the old one is deleted after. */
export function physicalIdOf(event: RegistrationEvent): string | undefined {
  if (event.ResourceType === 'Custom::VestibuleRedirect') return redirectIdOf(event);
  if (event.ResourceType === 'Custom::VestibuleOriginSecret') return 'origin-secret';
  const member = event.ResourceType === 'Custom::VestibuleClient' ? 'client_id' : 'id';
  const id = v.safeParse(
    v.pipe(v.string(), v.parseJson(), v.looseObject({ [member]: v.string() })),
    event.ResourceProperties['Declaration'],
  );
  return id.success ? `${kindOf[event.ResourceType]}/${String(id.output[member])}` : undefined;
}

/** The functions behind an edge know what its secret hashes to, and no more. */
async function digestOf(
  { originSecrets }: RegistrationPorts,
  event: RegistrationEvent,
): Promise<Result<Attributes | undefined, string>> {
  if (event.RequestType === 'Delete') return ok(undefined);
  const { SecretArn: secretArn } = event.ResourceProperties;
  if (typeof secretArn !== 'string') return refuse('SecretArn must be the ARN of a secret');
  const secret = await originSecrets.current(secretArn);
  return ok({ Digest: sha256(secret.reveal()) });
}

async function declare(
  ports: RegistrationPorts,
  kind: Kind,
  event: RegistrationEvent,
  author: Author,
): Promise<Result<undefined, string>> {
  const properties = v.safeParse(declarationProperties, event.ResourceProperties);
  if (!properties.success) return refuse('Declaration must be a JSON object as text');
  const seeded = await seedDeclared(ports, kind, properties.output, author);
  if (!seeded.ok) return refuse(describe(seeded.refusal));
  const { id, outcome } = seeded.value;
  if (outcome !== 'unchanged') {
    ports.audit({ event: 'registration_changed', change: outcome, kind, id, by: nameOf(author.managedBy) });
  }
  return ok(undefined);
}

const declarationProperties = v.object({
  Declaration: v.pipe(v.string(), v.parseJson()),
  SecretArn: v.exactOptional(v.string()),
  /** The key in KMS by which the client signs; its public half becomes the key set of the declaration. */
  SigningKeyArn: v.exactOptional(v.string()),
});

async function seedDeclared(
  ports: RegistrationPorts,
  kind: Kind,
  properties: v.InferOutput<typeof declarationProperties>,
  author: Author,
): Promise<Result<{ readonly id: string; readonly outcome: SeedOutcome }, RegistryRefusal>> {
  const keyed = await withSigningKey(ports, properties);
  const declaration = await withOwnIssuer(
    ports.ownAccount,
    kind === 'idp' ? await withProviderKeys(ports.clientKeys, keyed) : keyed,
  );
  if (!declaration.ok) return declaration;
  const settled = readTrusted(kind, declaration.value, ports.context);
  if (!settled.ok) return settled;
  const { id } = settled.value;
  const secret =
    properties.SecretArn === undefined ? undefined : await ports.secrets.current(properties.SecretArn, id);
  const digest = secret && sha256(secret.reveal());
  if (digest === undefined && needsSecret(settled.value)) return refuse(secretMissing);
  const outcome = await seed(ports, kind, settled.value, author, digest);
  return outcome.ok ? ok({ id, outcome: outcome.value }) : outcome;
}

async function withSigningKey(
  { clientKeys }: RegistrationPorts,
  { Declaration: declaration, SigningKeyArn: keyArn }: v.InferOutput<typeof declarationProperties>,
): Promise<unknown> {
  if (keyArn === undefined || typeof declaration !== 'object') return declaration;
  return { ...declaration, jwks: { keys: [{ ...(await clientKeys.publicJwk(keyArn)), use: 'sig' }] } };
}

function needsSecret(settled: Settled[Kind]): boolean {
  return 'authentication' in settled && settled.authentication.method.startsWith('client_secret_');
}

const secretMissing = {
  reason: 'field_invalid',
  field: 'SecretArn',
  fix: 'is required for a client that proves itself with a secret',
} as const;

async function withdraw(
  ports: RegistrationPorts,
  kind: Kind,
  physicalId: string,
  author: Author,
): Promise<Result<undefined, string>> {
  // Another form of id is that of a thing whose creation was refused: it is not ours to remove.
  if (!physicalId.startsWith(`${kind}/`)) return ok(undefined);
  const id = physicalId.slice(kind.length + 1);
  const removed = await unseed(ports.store, { kind, id }, author);
  if (!removed.ok) return refuse(describe(removed.refusal));
  if (removed.value === 'removed') {
    ports.audit({ event: 'registration_changed', change: 'removed', kind, id, by: nameOf(author.managedBy) });
  }
  return ok(undefined);
}
