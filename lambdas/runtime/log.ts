type Level = 'INFO' | 'WARN' | 'ERROR';

/** What a record says besides its message. Names and ids only: never an event, header, body, secret, token or assertion. */
type Fields = Readonly<Record<string, unknown>>;

/** One JSON line a record, written at once. `level` and `timestamp` are where Lambda's own log filter looks for them. */
function write(level: Level, message: string, fields: Fields): void {
  const record = { level, timestamp: new Date().toISOString(), message, ...fields };
  const { error } = fields;
  const described = error === undefined ? record : { ...record, error: describe(error) };
  process.stdout.write(`${JSON.stringify(described)}\n`);
}

export const logger = {
  info: (message: string, fields: Fields): void => {
    write('INFO', message, fields);
  },
  warn: (message: string, fields: Fields): void => {
    write('WARN', message, fields);
  },
  error: (message: string, fields: Fields): void => {
    write('ERROR', message, fields);
  },
};

/** An error in words. What else hangs on it stays out: the SDK's errors carry requests and responses. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && { cause: describe(cause) }) };
}
