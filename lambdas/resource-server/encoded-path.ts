/** A path that API Gateway has decoded, as it stands in a URL. */
export function encodedPath(path: string): string {
  const url = new URL('http://localhost');
  url.pathname = path;
  return url.pathname;
}
