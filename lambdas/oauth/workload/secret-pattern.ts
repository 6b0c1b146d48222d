const pattern = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}\*?$/;

/** One secret of Secrets Manager by its ARN, or all whose ARN begins with what stands before a `*`. */
export function isSecretPattern(text: string): boolean {
  return pattern.test(text);
}

/** Whether a pattern is for the secret of that ARN, which is no pattern itself. */
export function coversSecret(of: string, arn: string): boolean {
  if (!isSecretPattern(arn) || arn.endsWith('*')) return false;
  return of.endsWith('*') ? arn.startsWith(of.slice(0, -1)) : of === arn;
}
