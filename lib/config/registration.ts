import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, limit, listOf, oneOf, textThat, wholeFrom } from './fields.ts';
import { written } from './limits.ts';
import { show } from './problem.ts';
import { redirectUriProblem } from './redirect-uri.ts';

/** That of Cursor, which sends it beside others that would do. */
const usualCustomRedirectUris = ['cursor://anysphere.cursor-mcp/oauth/callback'];

const customRedirectUri = textThat(
  (uri) =>
    redirectUriProblem(uri) ??
    (/^https?:/i.test(uri) ? `${show(uri)} is taken of every client; remove it` : undefined),
);

export const registration = fields({
  mode: v.optional(oneOf(['open', 'approval', 'closed'])),
  unusedHours: v.optional(wholeFrom(1, 8_760, 'hours')),
  lifetimeDays: v.optional(wholeFrom(1, 3_650, 'days')),
  perAddress: v.optional(limit),
  customRedirectUris: v.optional(listOf(customRedirectUri)),
});

interface Registration {
  readonly mode: 'open' | 'approval' | 'closed';
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
