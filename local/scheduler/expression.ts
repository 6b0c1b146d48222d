import { Cron } from 'croner';

/** When a schedule runs next after a moment; both in milliseconds. Undefined: never again. */
export type NextRun = (after: number) => number | undefined;

const unitMilliseconds = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Reads `rate(value unit)` and `cron(minutes hours day-of-month month day-of-week year)` of EventBridge Scheduler. Throws for
 * another expression.
 */
export function readExpression(expression: string, timezone: string): NextRun {
  return readRate(expression) ?? readCron(expression, timezone);
}

/** On AWS a rate counts from when its schedule was made; here from midnight, so that it is the same after a restart. */
function readRate(expression: string): NextRun | undefined {
  const [, value, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  // One of it is a minute, and any more are minutes.
  if (value === undefined || expression.endsWith('s)') === (value === '1')) return undefined;
  const interval = Number(value) * unitMilliseconds[unit as keyof typeof unitMilliseconds];
  return (after) => (Math.floor(after / interval) + 1) * interval;
}

/** Throws for a day of the week by number, which AWS counts from 1 and cron from 0. */
function readCron(expression: string, timezone: string): NextRun {
  const fields = /^cron\(([^()]+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) {
    throw new Error(
      `the local run knows schedules of the form cron(17 3 * * ? *) or rate(5 minutes), not ${expression}`,
    );
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
