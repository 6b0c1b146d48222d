/** Who acts, and who acted before, as tokens nest it. */
interface Acting {
  readonly sub: string;
  readonly act?: Acting;
}

interface Exchanged {
  readonly act?: Acting;
  readonly jti_chain?: readonly string[];
}

/** What an audit event says of a token that was exchanged. */
export interface Via {
  /** All who act, the first to act first. */
  readonly via?: readonly string[];
  /** The token that it was exchanged from. */
  readonly parentJti?: string;
}

export function viaOf({ act, jti_chain: jtis = [] }: Exchanged): Via {
  const [via, parentJti] = [namesOf(act), jtis.at(-1)];
  return {
    ...(via.length > 0 && { via }),
    ...(parentJti !== undefined && { parentJti }),
  };
}

function namesOf(act: Acting | undefined): readonly string[] {
  return act === undefined ? [] : [...namesOf(act.act), act.sub];
}
