/** Members of forms, JSON bodies and command lines that must not be read over somebody's shoulder. */
const secretNames = new Set([
  ...['access_token', 'token', 'refresh_token', 'id_token', 'registration_access_token'],
  ...['client_secret', 'client_assertion', 'secret', 'code', 'code_verifier', 'device_code'],
  ...['subject_token', 'actor_token', 'assertion', 'handle', 'parent_handle'],
]);

/** Enough to recognise a value by, never enough to use it. */
export function redacted(value: string): string {
  return `${value.slice(0, 6)}…`;
}

/** `Bearer eyJhbG…`: the scheme stays readable. */
export function redactedAuthorization(value: string): string {
  const [scheme = '', credential] = value.split(' ');
  return credential === undefined ? redacted(scheme) : `${scheme} ${redacted(credential)}`;
}

/** A form or a JSON text on one line without its secrets, shortened. */
export function redactedBody(text: string, longest: number): string {
  const line = oneLine(text);
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function oneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), redactMember);
  } catch {
    const form = [...new URLSearchParams(text)];
    return form.map(([name, value]) => `${name}=${redactMember(name, value) as string}`).join('&');
  }
}

function redactMember(name: string, value: unknown): unknown {
  return secretNames.has(name) && typeof value === 'string' ? redacted(value) : value;
}
