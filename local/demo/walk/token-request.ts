import * as v from 'valibot';
import type { Walk } from './walk-context.ts';

const tokenSchema = v.object({ access_token: v.string() });

/** Asks the token endpoint as a client without any library would. */
export async function requestToken(
  { endpoints, fetch, report }: Walk,
  credentials: { readonly clientId: string; readonly clientSecret: string },
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const { clientId, clientSecret } = credentials;
  const response = await fetch(endpoints.endpoints.token, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
  });
  report.check('a token is issued', 200, response.status);
  return v.parse(tokenSchema, await response.json()).access_token;
}
