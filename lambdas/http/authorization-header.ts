import type { AuthorizationHeader } from '../oauth/client-authentication/credentials.ts';
import { Secret } from '../runtime/secret.ts';
import { formDecode } from './form.ts';
import { readUtf8 } from './utf8.ts';

const basic = /^basic +(?<token>[A-Za-z0-9+/]+={0,2})$/i;

/** Reads client credentials from HTTP Basic; any other scheme is unusable here. */
export function readAuthorizationHeader(header: string | undefined): AuthorizationHeader {
  if (header === undefined) return { kind: 'absent' };
  const token = basic.exec(header)?.groups?.['token'];
  const text = token === undefined ? undefined : readUtf8(Buffer.from(token, 'base64'));
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1) return { kind: 'unusable' };
  return {
    kind: 'basic',
    clientId: decoded(text.slice(0, colon)),
    secret: new Secret(decoded(text.slice(colon + 1))),
  };
}

/**
 * RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. Many clients join them as they are, which
 * reads the same for everything we issue (IX-25), and whose stray percent sign we forgive.
 */
function decoded(text: string): string {
  return formDecode(text) ?? text;
}
