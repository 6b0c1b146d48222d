/** One use of a proof, by the key that signed it and the id that its client gave it. */
export interface ProofUse {
  readonly jkt: string;
  readonly jti: string;
  /** Seconds since 1970: from then on nobody can present the proof. */
  readonly until: number;
}

/** Resolves true for the first use of a proof, and false for every other. */
export type TakeProof = (use: ProofUse) => boolean | Promise<boolean>;

/** As many proofs are remembered; beyond, the oldest are forgotten, and are refused by their age only. */
const most = 20_000;

/** The memory of one process: what was used here is known here, and in no other instance. */
export function proofsOfThisProcess(now: () => number): TakeProof {
  const used = new Map<string, number>();
  return ({ jkt, jti, until }) => {
    for (const [name, end] of used) {
      if (end >= now() && used.size < most) break;
      used.delete(name);
    }
    const name = `${jkt}.${jti}`;
    if (used.has(name)) return false;
    used.set(name, until);
    return true;
  };
}
