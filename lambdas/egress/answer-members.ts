/** The members of an answer, whatever they are. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the body of an answer: JSON or a form, as it says of itself, or as it looks where that is wrong. What is neither has no
 * members.
 */
export function answerMembers(contentType: string, text: string): Members {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType.trim());
  const [first, second] = isForm ? [formMembers, jsonMembers] : [jsonMembers, formMembers];
  return first(text) ?? second(text) ?? {};
}

function jsonMembers(text: string): Members | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return isMembers(read[0]) ? read[0] : undefined;
    return isMembers(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** GitHub's documentation, of the same endpoint: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app */
function formMembers(text: string): Members | undefined {
  if (!/^[\w.~%+-]+=[^\s<>{}]*$/.test(text.trim())) return undefined;
  return Object.fromEntries(new URLSearchParams(text.trim()));
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901 §4: what a pointer names; undefined where there is nothing. */
export function memberAt(members: Members, pointer: string): unknown {
  if (pointer === '') return members;
  let found: unknown = members;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Members)[name];
  }
  return found;
}
