import * as v from 'valibot';
import type { SoftwareStatementIssuerConfig, VestibuleConfig } from './config.ts';
import { fields, limit, listOf, oneOf, textThat, wholeFrom } from './fields.ts';
import { written } from './limits.ts';
import { show } from './problem.ts';
import { redirectUriProblem } from './redirect-uri.ts';
import { documentUrlProblem, type Hosts } from './resource-uri.ts';

/** That of Cursor, which sends it beside others that would do. */
const usualCustomRedirectUris = ['cursor://anysphere.cursor-mcp/oauth/callback'];

const customRedirectUri = textThat(
  (uri) =>
    redirectUriProblem(uri) ??
    (/^https?:/i.test(uri) ? `${show(uri)} is taken of every client; remove it` : undefined),
);

const issuerName = textThat((name) =>
  /^[\x21-\x7E]{1,512}$/.test(name)
    ? undefined
    : `${show(name)} is not an issuer; write the iss of its statements, up to 512 printable characters`,
);

/** The issuers of software statements; each is found by its name. */
function softwareStatements(hosts: Hosts): v.GenericSchema {
  return v.pipe(
    listOf(fields({ issuer: issuerName, jwksUri: textThat((url) => documentUrlProblem(url, hosts)) })),
    v.minLength(1, 'names no issuer; leave it out, and statements are ignored'),
    v.maxLength(10, 'has more than 10 issuers; name those that you rely on'),
    v.check(
      (issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length,
      'names an issuer twice; once will do',
    ),
  );
}

export function registration(hosts: Hosts): v.GenericSchema {
  return fields({
    mode: v.optional(oneOf(['open', 'approval', 'initial_access_token', 'closed'])),
    unusedHours: v.optional(wholeFrom(1, 8_760, 'hours')),
    lifetimeDays: v.optional(wholeFrom(1, 3_650, 'days')),
    perAddress: v.optional(limit),
    customRedirectUris: v.optional(listOf(customRedirectUri)),
    softwareStatements: v.optional(softwareStatements(hosts)),
  });
}
interface Registration {
  readonly mode: 'open' | 'approval' | 'initial_access_token' | 'closed';
  readonly unusedHours: number;
  readonly lifetimeDays: number;
  /** `<new records a second>/<burst>` */
  readonly perAddress: string;
}

/** How clients register themselves; `closed` where nobody signs in. */
export function registrationOf({
  identityProviders = [],
  registration: given,
}: VestibuleConfig): Registration {
  return {
    mode: identityProviders.length === 0 ? 'closed' : (given?.mode ?? 'open'),
    unusedHours: given?.unusedHours ?? 24,
    lifetimeDays: given?.lifetimeDays ?? 365,
    perAddress: written(given?.perAddress ?? { perSecond: 5, burst: 100 }),
  };
}

/** Redirect URIs with a scheme of an app's own that clients may bring themselves. */
export function customRedirectUrisOf({ registration: given }: VestibuleConfig): readonly string[] {
  return given?.customRedirectUris ?? usualCustomRedirectUris;
}

/** Whose software statements count; of nobody, and they are ignored. */
export function statementIssuersOf({
  registration: given,
}: VestibuleConfig): readonly SoftwareStatementIssuerConfig[] {
  return given?.softwareStatements ?? [];
}
