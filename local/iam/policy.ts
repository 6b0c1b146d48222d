/** An IAM policy document as CloudFormation carries it, intrinsics resolved. `compilePolicy` checks its forms. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: unknown;
}

/** One thing a request needs: IAM allows it only when every permission it needs is allowed. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
}

/** Condition keys of a request; an absent key is absent, not empty. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * `denied` is the clause that ends AWS's message (`because no identity-based policy allows the kms:Sign action`);
 * `hint` names the condition that failed where a statement would have allowed it otherwise.
 */
export type Decision = 'allowed' | { readonly denied: string; readonly hint?: string };
