import type { Company } from '../../support/company.ts';
import { google } from '../../support/third-parties/google.ts';
import { isForm, type Kind } from '../../support/third-parties/kind.ts';
import type { ThirdParty } from '../../support/third-parties/play.ts';
import { drive } from './driver.ts';

const clientId = 'our-app-without-a-secret';

/** A third party that knows our app by its id alone, as an operator may declare one. */
export const notes: Kind = {
  ...google,
  id: 'notes',
  takes: (asked) =>
    isForm(asked) &&
    asked.parameters['client_id'] === clientId &&
    asked.parameters['client_secret'] === undefined &&
    asked.headers['authorization'] === undefined,
};

const scope = { name: 'notes:read', upstream: ['notes.read'] };

/** As an operator writes it down. */
export function declaredNotes(
  { origin }: Pick<ThirdParty, 'origin'>,
  changes: object = {},
): Readonly<Record<string, unknown>> & { readonly credential: object } {
  return {
    ...{ id: 'notes', name: 'Notes' },
    scopes: [{ ...scope, rules: [{ methods: ['GET'], path: '/notes/**' }] }],
    api: { origins: [origin] },
    credential: {
      ...{ kind: 'oauth2', client_id: clientId, client_authentication: 'none' },
      authorization_endpoint: `${origin}${notes.paths.authorize ?? ''}`,
      token_endpoint: `${origin}${notes.paths.token}`,
      refresh: { kind: 'stable' },
      revocation: { kind: 'rfc7009', endpoint: `${origin}/revoke` },
    },
    agents: [{ agent: 'planner', name: 'planner', scopes: ['notes:read'] }],
    ...changes,
  };
}

/** The resource beside it, which says its scopes in words. */
export async function registerNotes(company: Company): Promise<void> {
  await drive(company).register('resources', {
    ...{ id: 'notes', uri: `${company.issuer}/egress/notes`, kind: 'egress', name: 'Notes' },
    scopes: [{ name: 'notes:read', description: 'Read your notes' }],
  });
}
