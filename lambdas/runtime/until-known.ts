/** Who did not get a lease looks again after so many milliseconds, and gives up after so many looks. */
const pauseMilliseconds = 150;
const mostLooks = 45;

/** Looks until something is known, whoever has found it out; undefined where nobody has in the end. */
export async function untilKnown<Known>(
  pause: (milliseconds: number) => Promise<void>,
  look: () => Promise<Known | undefined>,
): Promise<Known | undefined> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    if (looks > 0) await pause(pauseMilliseconds);
    const known = await look();
    if (known !== undefined) return known;
  }
  return undefined;
}
