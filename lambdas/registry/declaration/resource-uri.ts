import * as v from 'valibot';
import { canonicalResourceUri } from '../../oauth/resource/canonical-uri.ts';
import type { Issuer, ResourceUri } from '../../runtime/identifiers.ts';
import type { DeclarationContext } from './fields.ts';

/** The canonical form of the URI, refused in the words of the rule that it breaks. */
export function resourceUri(context: DeclarationContext): v.GenericSchema<string, ResourceUri> {
  return v.pipe(
    v.string('must be text'),
    v.rawTransform<string, ResourceUri>(({ dataset, addIssue, NEVER }) => {
      const canonical = canonicalResourceUri(dataset.value, context.hosts);
      if (!canonical.ok) {
        addIssue({ message: `${canonical.refusal.detail}, such as "https://mcp.example.com/mcp"` });
        return NEVER;
      }
      if (isIssuersOwn(canonical.value, context.issuer)) {
        addIssue({ message: 'is this issuer or its token endpoint; a resource needs a URI of its own' });
        return NEVER;
      }
      return canonical.value;
    }),
  );
}

export function isIssuersOwn(value: string, issuer: Issuer): boolean {
  const bare = value.replace(/\/+$/, '').toLowerCase();
  return bare === issuer.toLowerCase() || bare === `${issuer}/token`.toLowerCase();
}
