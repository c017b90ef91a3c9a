import type { Context } from '../../src/runtime/ports.ts';

/** The context of a command by a member. */
export const testContext = (signal: AbortSignal = new AbortController().signal): Context => ({
  correlationId: 'correlation-1',
  causationId: 'causation-1',
  actor: { kind: 'member', id: 'member-1' },
  signal,
});
