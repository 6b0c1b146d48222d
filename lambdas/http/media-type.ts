/** Whether a Content-Type names exactly that media type; its parameters (a charset) do not matter. */
export function isMediaType(contentType: string | undefined, expected: string): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === expected;
}
