/** RFC 9110 §10.2.3: seconds or a date, here as seconds from now; undefined for neither. */
export function retryAfterOf({ headers }: Response, now: number): number | undefined {
  const said = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,6}$/.test(said)) return Number(said);
  const date = said === '' ? Number.NaN : Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1_000 - now));
}
