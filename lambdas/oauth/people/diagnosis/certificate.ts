import type { Finding } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { error, found, warning } from './check.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** Days in which a certificate can be replaced without a hurry. */
const enoughDays = 30;

/** What is wrong with the certificate by which a provider knows our key, before anybody asks the provider. */
export function certificateFindings(idp: LookedAt, now: Instant): readonly Finding[] {
  if (idp.clientProof?.method !== 'private_key_jwt') return [];
  const { certificate } = idp.clientProof;
  if (certificate === undefined) return found(idp.profile === 'entra' ? missing(idp) : undefined);
  const days = Math.floor((certificate.notAfter - now) / 86_400);
  if (days >= enoughDays) return [];
  const fix = howToMake(idp);
  if (days < 0) {
    return [
      error('certificate_expired', {
        what: 'The certificate by which the provider knows the key of the deployment has expired',
        why: 'The provider takes no assertion that names it.',
        fix,
      }),
    ];
  }
  return [
    warning('certificate_expires_soon', {
      what: `The certificate by which the provider knows the key of the deployment expires in ${days} days`,
      why: 'From then on nobody can sign in there.',
      fix,
    }),
  ];
}

/** How a provider gets a certificate, and the deployment knows of it. */
export function howToMake({ id = '<id>', profile }: LookedAt): string {
  return `Make one with \`npx vestibule idp certificate ${id}\`, upload it (${settingsOf[profile].publicKey}), write its text in identityProviders[].authentication.certificate, and deploy.`;
}

function missing(idp: LookedAt): Finding {
  return error('certificate_missing', {
    what: 'The config names no certificate of the key of the deployment',
    why: `${settingsOf[idp.profile].name} knows keys by certificates alone.`,
    fix: howToMake(idp),
  });
}
