import type { SourceEvent } from '../engine/source-event.ts';
import type { ConsumerStrategy } from './consumer-strategy.ts';
import { PinnedStrategy } from './pinned-strategy.ts';
import { QueueStrategy } from './queue-strategy.ts';

const STRATEGY_NAMES = ['RoundRobin', 'DispatchToSingle', 'Pinned', 'PinnedByCorrelation'] as const;

export type StrategyName = (typeof STRATEGY_NAMES)[number];

export const isStrategyName = (name: string): name is StrategyName =>
  STRATEGY_NAMES.some((known) => known === name);

/** A strategy without consumers. */
export function createStrategy<E extends SourceEvent>(name: StrategyName): ConsumerStrategy<E> {
  switch (name) {
    case 'RoundRobin':
      return new QueueStrategy<E>(true);
    case 'DispatchToSingle':
      return new QueueStrategy<E>(false);
    case 'Pinned':
      return new PinnedStrategy<E>((event) => event.stream);
    case 'PinnedByCorrelation':
      return new PinnedStrategy<E>((event) => event.correlationId() ?? event.stream);
  }
}
