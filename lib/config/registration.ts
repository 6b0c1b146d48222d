import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, listOf, textThat } from './fields.ts';
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
  customRedirectUris: v.optional(listOf(customRedirectUri)),
});

/** Redirect URIs with a scheme of an app's own that clients may bring themselves. */
export function customRedirectUrisOf({ registration: given }: VestibuleConfig): readonly string[] {
  return given?.customRedirectUris ?? usualCustomRedirectUris;
}
