import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { createLifecycle, type Part, StopError, stopOnSignals } from './lifecycle.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const options = { logger, stopTimeoutMs: 1000 };

const recorded = (...names: readonly string[]) => {
  const log: string[] = [];
  const parts: Part[] = names.map((name) => ({
    name,
    start: async () => void log.push(`start ${name}`),
    stop: async () => void log.push(`stop ${name}`),
  }));
  return { log, parts };
};

describe('a lifecycle', () => {
  test('starts in order and stops in reverse', async () => {
    const { log, parts } = recorded('store', 'reader', 'api');
    const lifecycle = createLifecycle(parts, options);
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual([
      'start store',
      'start reader',
      'start api',
      'stop api',
      'stop reader',
      'stop store',
    ]);
  });

  test('stops once however often it is asked', async () => {
    const { log, parts } = recorded('store');
    const lifecycle = createLifecycle(parts, options);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(log).toEqual(['start store', 'stop store']);
  });

  test('that cannot start a part stops those before it and says why', async () => {
    const { log, parts } = recorded('store', 'api');
    const broken: Part = {
      name: 'broken',
      start: () => Promise.reject(new Error('no port')),
      stop: () => undefined,
    };
    const [store, api] = parts;
    const lifecycle = createLifecycle(store && api ? [store, broken, api] : [], options);
    await expect(lifecycle.start()).rejects.toThrow('no port');
    expect(log).toEqual(['start store', 'stop store']);
  });

  test('that is stopped while it starts starts no further part', async () => {
    const { log, parts } = recorded('store', 'api');
    let release = () => {};
    const slow: Part = {
      name: 'slow',
      start: () => new Promise<void>((resolve) => (release = resolve)),
      stop: () => void log.push('stop slow'),
    };
    const lifecycle = createLifecycle([slow, ...parts], options);
    const starting = lifecycle.start();
    const stopping = lifecycle.stop();
    release();
    await Promise.all([starting, stopping]);
    expect(log).toEqual(['stop slow']);
  });

  test('stops the others when one fails to stop or hangs, and reports both', async () => {
    const { log, parts } = recorded('store');
    const failing: Part = { name: 'failing', start: () => {}, stop: () => Promise.reject('no') };
    const hanging: Part = { name: 'hanging', start: () => {}, stop: () => new Promise(() => {}) };
    const lifecycle = createLifecycle([...parts, failing, hanging], { logger, stopTimeoutMs: 5 });
    await lifecycle.start();
    const failure = await lifecycle.stop().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StopError);
    expect((failure as StopError).errors).toHaveLength(2);
    expect(String((failure as StopError).errors[0])).toContain('hanging did not stop within 5 ms');
    expect(log).toEqual(['start store', 'stop store']);
  });
});

describe('a signal', () => {
  const signals = () =>
    Object.assign(new EventEmitter(), { exit: vi.fn<(code: number) => void>() });

  test.each(['SIGINT', 'SIGTERM'])('%s stops, then ends the process with 0', async (signal) => {
    const source = signals();
    const stop = vi.fn(() => Promise.resolve());
    stopOnSignals(stop, { logger, source });
    source.emit(signal);
    await vi.waitFor(() => expect(source.exit).toHaveBeenCalledWith(0));
    expect(stop).toHaveBeenCalledOnce();
  });

  test('ends the process with 1 when the stop was unclean', async () => {
    const source = signals();
    stopOnSignals(() => Promise.reject(new Error('no')), { logger, source });
    source.emit('SIGTERM');
    await vi.waitFor(() => expect(source.exit).toHaveBeenCalledWith(1));
  });

  test('that comes a second time ends the process at once', () => {
    const source = signals();
    stopOnSignals(() => new Promise(() => {}), { logger, source });
    source.emit('SIGINT');
    expect(source.exit).not.toHaveBeenCalled();
    source.emit('SIGINT');
    expect(source.exit).toHaveBeenCalledWith(130);
  });
});
