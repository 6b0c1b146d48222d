/** An IAM policy document as CloudFormation carries it, intrinsics resolved. Its forms are checked by `compilePolicy`. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: unknown;
}

/** What one request needs: IAM allows it only when every permission it needs is allowed. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
}

/** Condition keys of a request; an absent key is absent, not empty. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** `reason` says for a person why: the missing action, the explicit deny, or the condition that did not hold. */
export type Decision = 'allowed' | { readonly denied: string; readonly explicit: boolean };
