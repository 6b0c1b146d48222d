import * as v from 'valibot';
import type { DeclarationContext } from './fields.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** OIDC Discovery §3: https, and neither a query nor a fragment. It is compared as it is written. */
export function providerUrl({ hosts }: DeclarationContext): v.GenericSchema<string> {
  return v.pipe(
    v.string('must be text'),
    v.regex(/^[\x20-\x7E]{1,1024}$/, 'must be 1 to 1024 printable characters'),
    v.check((text) => {
      const url = URL.parse(text);
      if (url?.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
      const isOurMachine = hosts === 'loopback' && loopback.includes(url.hostname);
      return url.protocol === 'https:' || (url.protocol === 'http:' && isOurMachine);
    }, 'must be an https URL without user information, query and fragment, as the provider itself writes it'),
  );
}
