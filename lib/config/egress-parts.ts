import * as v from 'valibot';
import { filledIn } from '../egress/resolve.ts';
import type { EgressProviderConfig } from './egress-config.ts';

const texts = v.fallback(v.optional(v.array(v.string()), []), []);
const maybeText = v.fallback(v.optional(v.string()), undefined);
const credential = v.fallback(
  v.optional(
    v.object({
      kind: v.string(),
      clientAuthentication: maybeText,
      refresh: v.fallback(
        v.optional(v.object({ narrows: v.fallback(v.optional(v.boolean()), undefined) })),
        undefined,
      ),
    }),
  ),
  undefined,
);
const group = v.object({ id: maybeText, agents: texts, connectedBy: texts });

const entry = v.object({
  id: maybeText,
  clientId: maybeText,
  secretArn: maybeText,
  credential,
  api: v.fallback(v.optional(v.object({ origins: texts }), { origins: [] }), { origins: [] }),
  scopes: v.fallback(v.optional(v.record(v.string(), v.any()), {}), {}),
  groups: v.fallback(
    v.optional(v.array(v.fallback(group, { id: undefined, agents: [], connectedBy: [] })), []),
    [],
  ),
  providerTokens: texts,
});

/** What of a third party can be compared with the rest of the config. */
export interface EgressPart {
  readonly id: string;
  readonly clientId: string | undefined;
  readonly secretArn: string | undefined;
  readonly credential:
    | { readonly kind: string; readonly clientAuthentication: string | undefined; readonly narrows: boolean }
    | undefined;
  /** How many. */
  readonly origins: number;
  readonly scopes: Readonly<Record<string, unknown>>;
  readonly groups: readonly {
    readonly id?: string | undefined;
    readonly agents: readonly string[];
    readonly connectedBy: readonly string[];
  }[];
  readonly providerTokens: readonly string[];
}

/** Positions stay the same; what is no entry has a name that is nobody's. */
export function egressParts(egress: unknown): readonly EgressPart[] {
  const read = v.safeParse(v.object({ providers: v.array(v.any()) }), egress);
  return read.success ? read.output.providers.map(partOf) : [];
}

function partOf(input: unknown, index: number): EgressPart {
  const own = v.safeParse(entry, input);
  // An entry that is none itself is not looked up.
  const whole = own.success ? v.safeParse(entry, filledIn(input as EgressProviderConfig)) : own;
  const nothing = v.parse(entry, {});
  const {
    id = `(provider ${index})`,
    api,
    credential: known,
    ...rest
  } = whole.success ? whole.output : nothing;
  return {
    ...rest,
    ...{ id, origins: api.origins.length, clientId: rest.clientId, secretArn: rest.secretArn },
    credential: known && {
      ...{ kind: known.kind, clientAuthentication: known.clientAuthentication },
      narrows: known.kind === 'github_app' || known.refresh?.narrows === true,
    },
  };
}
