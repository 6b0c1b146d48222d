import type { Explained } from '../../../ports/diagnosis.ts';
import type { IdentityProvider } from '../../../ports/identity-providers.ts';
import { acrNames } from '../step-up.ts';
import { settingsOf } from './settings.ts';

type Asked = Pick<IdentityProvider, 'profile' | 'acr'>;

/** Why somebody was signed in by less than the client asked for by `acr_values`, and where that is mended. */
export function explainUnmetAcr({ profile, acr }: Asked, acrValues: string | undefined): Explained {
  const { name, stepUp } = settingsOf[profile];
  if (profile === 'cognito') return { code: 'acr_unsupported', fix: stepUp };
  const isNamed = acr === undefined || acrNames(acrValues).some((value) => Object.hasOwn(acr, value));
  if (!isNamed) {
    return {
      code: 'acr_unnamed',
      fix: `Say in identityProviders[].acr what ${name} calls that which clients ask for by acr_values, or have them ask for one of ${Object.keys(acr).join(', ')}.`,
    };
  }
  return { code: 'authentication_unmet', fix: `Have ${name} ask for it, and tell that it did: ${stepUp}` };
}

/** Why a sign-in was not as new as the client wanted. */
export function explainStale({ profile }: Pick<Asked, 'profile'>, isTimeTold: boolean): Explained {
  const { name } = settingsOf[profile];
  if (!isTimeTold) {
    const where =
      profile === 'entra' ? ': App registrations › your app › Token configuration › Add optional claim' : '';
    return { code: 'auth_time_missing', fix: `Have ${name} put the claim auth_time into id_tokens${where}.` };
  }
  return {
    code: 'sign_in_stale',
    fix: `Let ${name} have people sign in anew where prompt=login or max_age asks for it: see its policies for sessions, and who it signs people in by in turn.`,
  };
}
