/** The client that proves itself by its secret, in either way; undefined for a stranger. */
export function clientBySecret(
  known: ReadonlyMap<string, string>,
  authorization: string | undefined,
  form: URLSearchParams,
): string | undefined {
  // RFC 6749 §2.3.1: each half is form-urlencoded.
  const pair = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
    .toString()
    .split(':');
  const [id = form.get('client_id') ?? '', secret = form.get('client_secret')] =
    authorization === undefined ? [] : pair.map(decodeURIComponent);
  return secret !== null && known.get(id) === secret ? id : undefined;
}
