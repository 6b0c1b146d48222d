/**
 * RFC 6749 §2.3.1: both form-encoded, and no character more than that takes, for some servers do not decode them.
 */
export function basicAuthorization(clientId: string, secret: string): string {
  return `Basic ${btoa([clientId, secret].map(formEncoded).join(':'))}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
