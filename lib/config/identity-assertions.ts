import * as v from 'valibot';
import { fields, flag, identifier, listOf, mapOf, textThat } from './fields.ts';
import { show } from './problem.ts';
import { scopeNameProblem } from './scope-name.ts';

const url = (what: string) =>
  textThat((text) =>
    /^https?:\/\/[^/?#\s]+[^?#\s]*$/.test(text) && text.length <= 1_024 && URL.canParse(text)
      ? undefined
      : `${show(text)} is not ${what}; write it as 'https://auth.chat.example'`,
  );

const clientThere = textThat((id) =>
  /^[\x20-\x7E]{1,1024}$/.test(id)
    ? undefined
    : `${show(id)} is not the id of a client; write 1 to 1024 printable characters`,
);

/** One authorization server of somebody else but for what is said of the rest of the config. */
export const identityAssertion = fields({
  audience: url('an issuer'),
  clients: v.pipe(
    mapOf(identifier, clientThere),
    v.check((map) => Object.keys(map).length > 0, 'names no client; write one, and what it is called there'),
  ),
  identityProviders: v.optional(
    v.pipe(listOf(identifier), v.minLength(1, 'names no identity provider; leave it out for all')),
  ),
  scopes: v.pipe(
    listOf(textThat(scopeNameProblem)),
    v.minLength(1, 'names no scope; write what is asserted at most'),
  ),
  resources: v.optional(listOf(url('a resource'))),
  email: v.optional(flag()),
});
