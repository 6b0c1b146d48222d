import { Logger } from '@aws-lambda-powertools/logger';

/** One JSON line a record. No event, header, body, secret, token or assertion is ever logged. */
export const logger = new Logger({ serviceName: 'vestibule' });
