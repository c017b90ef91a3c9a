import type { FilterDefinition } from '../streams/event-filter.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * `FilterOptions`, which reads and persistent subscriptions to `$all` have alike: expression on
 * stream_identifier (1) or event_type (2), window max (3) or count (4), checkpoint interval (5).
 */
export interface FilterRequest {
  /** Undefined when no expression was given. */
  readonly definition: FilterDefinition | undefined;
  /** Records a page looks at; `default` for `count`, undefined when neither was given. */
  readonly window: number | 'default' | undefined;
  /** Windows between two checkpoints. */
  readonly checkpointIntervalMultiplier: number;
}

export function readFilter(reader: WireReader): FilterRequest {
  let definition: FilterDefinition | undefined;
  let window: FilterRequest['window'];
  let checkpointIntervalMultiplier = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        definition = readExpression(reader.message(), 'stream');
        break;
      case 2:
        definition = readExpression(reader.message(), 'type');
        break;
      case 3:
        window = reader.uint();
        break;
      case 4:
        reader.skip();
        window = 'default';
        break;
      case 5:
        checkpointIntervalMultiplier = reader.uint();
        break;
      default:
        reader.skip();
    }
  }
  return { definition, window, checkpointIntervalMultiplier };
}

function readExpression(reader: WireReader, on: FilterDefinition['on']): FilterDefinition {
  let regex: string | undefined;
  const prefixes: string[] = [];
  while (reader.next()) {
    if (reader.field === 1) regex = reader.string();
    else if (reader.field === 2) prefixes.push(reader.string());
    else reader.skip();
  }
  return { on, regex, prefixes };
}
