/** Milliseconds between the tries of a write that must not be lost. */
const pauses = [100, 400] as const;

/** Writes what a provider has given, and does not give up at the first failure: it is given once. */
export async function firmly(
  { pause }: { readonly pause: (milliseconds: number) => Promise<void> },
  write: () => Promise<void>,
): Promise<void> {
  for (const wait of pauses) {
    try {
      await write();
      return;
    } catch {
      await pause(wait);
    }
  }
  await write();
}
