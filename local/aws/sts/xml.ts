const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** A successful answer of the Query protocol. */
export function result(operation: string, members: Readonly<Record<string, string>>): string {
  const content = Object.entries(members).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return `<${operation}Response xmlns="${namespace}"><${operation}Result>${content.join('')}</${operation}Result></${operation}Response>`;
}

/** A refusal of the Query protocol. */
export function errorDocument(
  { code, message, status }: { readonly code: string; readonly message: string; readonly status: number },
  requestId: string,
): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const content = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return `<ErrorResponse xmlns="${namespace}">${content}<RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
