/**
 * A parameter of a challenge. Header injection and broken quoting are impossible whatever the text: line breaks,
 * controls and non-ASCII become a space, quotes and backslashes an apostrophe.
 */
export function parameter(name: string, value: string): string {
  // RFC 6750 §3: the values exclude `"` and `\`, so no client has to know how to undo an escape.
  const text = value.replaceAll(/[^\x20-\x7e]/g, ' ').replaceAll(/["\\]/g, "'");
  return `${name}="${text}"`;
}
