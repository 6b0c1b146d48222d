import { must } from '../requirement.ts';

/** What an administrator is told of an identity provider. */
export const doctor = {
  'vestibule:doctor-good': must(
    ['Vestibule', 'OIDC Discovery §4.1'],
    'finds nothing wrong with an identity provider where nothing is, its credentials and redirect URI included, without a sign-in',
  ),
  'vestibule:doctor-findings': must(
    ['Vestibule', 'OIDC Discovery §4.3', 'RFC 8414 §2', 'RFC 7517 §4.2', 'RFC 7517 §4.3', 'RFC 7518 §3.3'],
    'names each mis-setting of an identity provider in words and by a code, with the setting to change',
  ),
  'vestibule:doctor-probes': must(
    ['Vestibule', 'RFC 6749 §5.2', 'RFC 6749 §4.1.2.1', 'OIDC Core §3.1.2.6', 'RFC 9110 §6.6.1'],
    'tells a wrong client secret, an unknown redirect URI and a clock that is off by the answers to requests that sign nobody in',
  ),
  'vestibule:doctor-apis': must(
    ['Vestibule', 'RFC 8693 §2.2.2', 'RFC 6749 §5.2', 'RFC 8414 §2', 'RFC 9449 §5'],
    'says for each downstream API of an identity provider what keeps everybody from its tokens, and where that is mended, by the exchange of a token that nobody gave',
  ),
  'vestibule:doctor-token': must(
    'Vestibule',
    'judges a pasted token on the machine where it is pasted, sends it nowhere, and prints no more of it than names of claims, issuer and audience',
  ),
  'vestibule:doctor-sign-in': must(
    ['Vestibule', 'RFC 8252 §7.3'],
    'has somebody sign in from a terminal, and says whether a client would have got its tokens',
  ),
  'vestibule:doctor-audit': must(
    'Vestibule',
    'tells the audit trail of a refused sign-in what it comes from and where it is mended, and nothing that the provider said of a person',
  ),
} as const;
