import type { Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ClientMetadata, type MetadataPolicy, readClientMetadata } from './client-metadata.ts';
import type { RegistrationRefusal } from './refusal.ts';
import { readSoftwareStatement, type SoftwareStatements, statementIssuerOf } from './software-statement.ts';

interface StatedPorts {
  readonly statements: SoftwareStatements;
  readonly policy: MetadataPolicy;
}

type Json = Readonly<Record<string, unknown>>;

/** The metadata of a registration, with what a software statement says of it where the config takes any. */
export async function readStatedMetadata(
  { statements, policy }: StatedPorts,
  body: unknown,
  now: Instant,
): Promise<Result<ClientMetadata, RegistrationRefusal>> {
  const given = statements.issuers.length === 0 ? undefined : statementIn(body);
  // RFC 7591 §2.3: a server that takes none may ignore them, and then registers and echoes none.
  if (given === undefined) return readClientMetadata(body, policy);
  const statement = await readSoftwareStatement(statements, given, now);
  if (!statement.ok) return statement;
  const { text, claims } = statement.value;
  const metadata = readClientMetadata(stated(body as Json, claims), policy);
  // RFC 7591 §3.2.1: as it came, beside the values that count.
  return metadata.ok
    ? ok({ ...metadata.value, echo: { ...metadata.value.echo, software_statement: text } })
    : metadata;
}

/** What makes two registrations the same: all that was registered, and of a statement only who issued it. */
export function sameness(metadata: Json | undefined): string {
  return canonicalJson(
    metadata?.['software_statement'] === undefined
      ? metadata
      : { ...metadata, software_statement: { iss: statementIssuerOf(metadata) } },
  );
}

function statementIn(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  // A member that is null says nothing.
  return (body as Json)['software_statement'] ?? undefined;
}

/** RFC 7591 §3.1.1: what the statement says counts before what stands beside it. */
function stated(plain: Json, claims: Json): Json {
  const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
  const saysKeys = said['jwks'] !== undefined || said['jwks_uri'] !== undefined;
  const { jwks, jwks_uri: jwksUri, ...others } = plain;
  return { ...(saysKeys ? others : { ...others, jwks, jwks_uri: jwksUri }), ...said };
}
