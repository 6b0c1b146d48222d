/** Those who ask for the same at once wait for one answer. */
export async function inOneFlight<Answer>(
  flights: Map<string, Promise<Answer>>,
  of: string,
  start: () => Promise<Answer>,
): Promise<Answer> {
  const flight = flights.get(of) ?? start();
  flights.set(of, flight);
  try {
    return await flight;
  } finally {
    if (flights.get(of) === flight) flights.delete(of);
  }
}
