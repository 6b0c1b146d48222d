const roleArn = /^(?<base>arn:aws[a-z-]*:iam::(?<account>\d{12}):role\/)(?<name>[\x21-\x7E]{1,576})$/;
const segment = '[\\w+=,.@-]{1,128}';

/** So many folders a pattern may name: they bound what one look-up without `client_id` reads. */
const deepest = 4;

const pattern = new RegExp(
  `^arn:aws[a-z-]*:iam::\\d{12}:role/(?:(?:${segment}/){0,${deepest}}\\*|(?:${segment}/)*[\\w+=,.@-]{1,64})$`,
);

/** One role by its ARN, or all roles under a path of at most four folders, written as `…:role/agents/*`. */
export function isRolePattern(text: string): boolean {
  return text.length <= 1_024 && pattern.test(text);
}

/** The account in the ARN of a role, or in a pattern of such. */
export function accountOfRole(text: string): string | undefined {
  return roleArn.exec(text)?.groups?.['account'];
}

/** A pattern ends at a slash, so that `…/agents/*` never covers `…/agents-of-others/x`. */
export function coversRole(rolePattern: string, role: string): boolean {
  return rolePattern.endsWith('/*') ? role.startsWith(rolePattern.slice(0, -1)) : rolePattern === role;
}

/** Every pattern that may cover a role, six at most: its own ARN first, then its folders from the innermost. */
export function patternsCovering(role: string): readonly string[] {
  const { base = '', name = '' } = roleArn.exec(role)?.groups ?? {};
  const folders = name.split('/').slice(0, -1);
  const depths = Array.from({ length: Math.min(folders.length, deepest) + 1 }, (_, depth) => depth);
  const paths = depths.map((depth) => folders.slice(0, depth).map((folder) => `${folder}/`)).toReversed();
  return [role, ...paths.map((path) => `${base}${path.join('')}*`)];
}
