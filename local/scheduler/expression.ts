import { Cron } from 'croner';

/** When a schedule runs next after a moment; both in milliseconds. Undefined: never again. */
export type NextRun = (after: number) => number | undefined;

/**
 * Reads `cron(minutes hours day-of-month month day-of-week year)` of EventBridge Scheduler. Throws for another
 * expression, and for a day of the week by number, which AWS counts from 1 and cron from 0.
 */
export function readExpression(expression: string, timezone: string): NextRun {
  const fields = /^cron\(([^()]+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) {
    throw new Error(`the local run knows schedules of the form cron(17 3 * * ? *), not ${expression}`);
  }
  const [minutes, hours, day, month, weekday, year] = fields.map((field) => field.replaceAll('?', '*'));
  if (/\d/.test(weekday ?? '')) {
    throw new Error(`the local run knows days of the week by name only, as MON-FRI, not ${expression}`);
  }
  const cron = new Cron(`0 ${minutes} ${hours} ${day} ${month} ${weekday} ${year}`, {
    timezone,
    paused: true,
  });
  return (after) => cron.nextRun(new Date(after))?.getTime();
}
