import { expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { memoryFeed } from '../../test/support/memory-feed.ts';
import { recordingLog, recordingMetrics } from '../../test/support/observing.ts';
import { createProjector } from './project.ts';

// The projector does not wait for the look at older tables; its failure must reach the log and not the process.
test('a database that breaks while it is asked for outdated tables does not end the process', async () => {
  const stopping = new AbortController();
  const { log, lines } = recordingLog();
  const { metrics } = recordingMetrics();
  const projector = createProjector({
    feed: memoryFeed().feed,
    store: {
      outdated: async () => {
        throw new Error('the connection broke');
      },
      asProjector: (_projections, work, signal) =>
        work({ targets: [], rows: async () => new Map(), commit: async () => undefined }, signal),
    },
    projections: [],
    families: [],
    log,
    metrics,
  });
  const running = projector.run(stopping.signal);
  await eventually('the failure is logged', () =>
    lines.some(({ message }) => message === 'rebuilding failed'),
  );
  expect(projector.state().role).toBe('active');
  stopping.abort();
  await running;
});
