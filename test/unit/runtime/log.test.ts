import { describe, expect, test } from 'vitest';
import { logger } from '../../../lambdas/runtime/log.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { capturedLog } from '../http/captured-log.ts';

describe('a log record', () => {
  test('is one line with its level and time where Lambda filters by them', async () => {
    const [record, ...more] = await capturedLog(() => {
      logger.warn('two\nlines', { requestId: 'r' });
    });
    expect(more).toEqual([]);
    expect(record).toEqual({
      level: 'WARN',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      message: 'two\nlines',
      requestId: 'r',
    });
  });

  test('tells an error and its causes, and nothing that hangs on them', async () => {
    const cause = Object.assign(new TypeError('refused'), { $response: { body: 'canary' } });
    const [record] = await capturedLog(() => {
      logger.error('defect', { error: new Error('broken', { cause: new Error('deeper', { cause }) }) });
    });
    expect(record).toMatchObject({
      level: 'ERROR',
      error: {
        name: 'Error',
        message: 'broken',
        stack: expect.stringContaining('log.test.ts') as string,
        cause: { message: 'deeper', cause: { name: 'TypeError', message: 'refused' } },
      },
    });
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test('tells what is no error in words, as an error or as a cause', async () => {
    const [thrown, caused] = await capturedLog(() => {
      logger.error('defect', { error: 'thrown text' });
      logger.error('defect', { error: new Error('broken', { cause: 'time limit' }) });
    });
    expect(thrown).toMatchObject({ error: 'thrown text' });
    expect(caused).toMatchObject({ error: { cause: 'time limit' } });
  });

  test('redacts a secret', async () => {
    const [record] = await capturedLog(() => {
      logger.info('planted', { secret: new Secret('canary') });
    });
    expect(record).toMatchObject({ level: 'INFO', secret: '[secret]' });
  });
});
