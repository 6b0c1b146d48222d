import type { Finding } from '../../../ports/diagnosis.ts';
import { isSharedIssuer } from '../profiles/entra.ts';
import { profileOf } from '../profiles/profile-of.ts';
import { error } from './check.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** OIDC Discovery §4.3: what the document names has to be the issuer that it was asked as, to the letter. */
export function issuerFinding(idp: LookedAt, named: unknown): Finding | undefined {
  const isShared = idp.profile === 'entra' && isSharedIssuer(idp.issuer);
  if (isShared && idp.tenants === undefined) return withoutTenants(idp);
  if (named === profileOf(idp).issuers.ofMetadata(idp)) return undefined;
  if (typeof named !== 'string') {
    return error('issuer_missing', {
      what: 'The discovery document has no issuer',
      why: 'Nobody can tell whose tokens are to be believed.',
      fix: 'Let the provider publish it: this is the document of something else than OpenID Connect.',
    });
  }
  const shown = printable(named);
  if (named !== idp.issuer && stripped(named) === stripped(idp.issuer)) {
    return error('issuer_trailing_slash', {
      what: `The provider calls itself ${shown}, ${named.endsWith('/') ? 'with' : 'without'} a slash at its end`,
      why: 'Issuers are compared to the letter; every id_token would be refused.',
      fix: `Write issuer: '${shown}' in identityProviders[].`,
    });
  }
  return error('issuer_mismatch', {
    what: `The provider calls itself ${shown}, and not ${idp.issuer}`,
    why: 'A document that speaks for another issuer is not believed, nor are its tokens.',
    fix:
      hostOf(named) === hostOf(idp.issuer) || idp.profile === 'generic'
        ? `Write issuer: '${shown}' in identityProviders[], if that is the server you mean.`
        : `Write issuer: '${shown}' if that is the server you mean; otherwise as it is shown there: ${settingsOf[idp.profile].issuer}`,
  });
}

function withoutTenants({ issuer }: LookedAt): Finding {
  return error('issuer_is_template', {
    what: `${issuer} is the issuer of every tenant of Entra, and names none`,
    why: 'Whoever has a tenant could have tokens issued there; without a list of tenants nobody is trusted.',
    fix: `List the tenants whose people may sign in, as tenants: ['<Directory (tenant) ID>'], or write the issuer of yours: ${settingsOf.entra.issuer}`,
  });
}

export function stripped(issuer: string): string {
  return issuer.replace(/\/+$/, '');
}

export function hostOf(url: string): string | undefined {
  return URL.parse(url)?.host;
}

/** What a stranger wrote, fit to be printed on one line. */
export function printable(text: string): string {
  return text.slice(0, 256).replaceAll(/[^\x21-\x7E]/g, '?');
}
