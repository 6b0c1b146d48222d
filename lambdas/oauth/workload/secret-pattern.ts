const pattern = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}\*?$/;

/** One secret of Secrets Manager by its ARN, or all whose ARN begins with what stands before a `*`. */
export function isSecretPattern(text: string): boolean {
  return pattern.test(text);
}
