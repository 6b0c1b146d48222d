/** A user pool as its ARN names it. */
export interface UserPool {
  readonly region: string;
  readonly id: string;
}

const form = /^arn:[a-z-]+:cognito-idp:([a-z0-9-]+):\d{12}:userpool\/([\w-]+_[0-9a-zA-Z]+)$/;

/** Throws on any other text: the stack writes it. */
export function readUserPool(arn: string): UserPool {
  const [, region, id] = form.exec(arn) ?? [];
  if (region === undefined || id === undefined) throw new Error(`${arn} is not the ARN of a user pool`);
  return { region, id };
}
