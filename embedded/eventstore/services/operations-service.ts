import type { Service } from '../grpc/service.ts';
import { WireWriter } from '../protocol/wire-writer.ts';
import type { Scavenger } from '../scavenge/scavenge.ts';

/** ScavengeResp.ScavengeResult */
const STARTED = 0;
const IN_PROGRESS = 1;

/** event_store.client.operations.Operations: of it only StartScavenge; the rest is unimplemented. */
export function operationsService(scavenger: Scavenger): Service {
  return {
    name: 'event_store.client.operations.Operations',
    methods: {
      StartScavenge: {
        kind: 'unary',
        handle: () => {
          const { id, alreadyRunning } = scavenger.start();
          return new WireWriter()
            .string(1, id)
            .uint(2, alreadyRunning ? IN_PROGRESS : STARTED)
            .finish();
        },
      },
    },
  };
}
