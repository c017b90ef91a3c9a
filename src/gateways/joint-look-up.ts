import type { CallContext } from '../runtime/gateway-ports.ts';

type LookUp<Id, Found> = (ids: readonly Id[], context: CallContext) => Promise<readonly Found[]>;

type Caller<Id, Found> = {
  readonly ids: readonly Id[];
  readonly context: CallContext;
  readonly resolve: (found: readonly Found[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Asks once for all who ask within one turn of the event loop: under load a turn holds many requests, at rest it holds one
 * and nobody waits. A look-up costs more than the append it is made for, so this decides how many commands a second fit.
 * All share one outcome; the first one's trace goes out.
 * @param ask takes any number of ids; unknown ones are absent from its result
 * @param idOf the id that a result was asked for by
 */
export const jointLookUp = <Id, Found>(
  ask: LookUp<Id, Found>,
  idOf: (found: Found) => Id,
): LookUp<Id, Found> => {
  let waiting: Caller<Id, Found>[] = [];

  const answerAll = async (): Promise<void> => {
    const callers = waiting;
    waiting = [];
    const [first] = callers;
    if (!first) return;
    const ids = [...new Set(callers.flatMap((caller) => caller.ids))];
    const patience = untilAllAbort(callers.map(({ context }) => context.signal));
    try {
      const found = await ask(ids, { ...first.context, signal: patience.signal });
      const byId = new Map(found.map((each) => [idOf(each), each]));
      for (const caller of callers)
        caller.resolve([...new Set(caller.ids)].flatMap((id) => byId.get(id) ?? []));
    } catch (error) {
      for (const caller of callers) caller.reject(error);
    } finally {
      patience.clear();
    }
  };

  return (ids, context) =>
    new Promise((resolve, reject) => {
      waiting.push({ ids, context, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void answerAll());
    });
};

/** One caller who leaves must not break off what the others wait for. */
const untilAllAbort = (
  signals: readonly AbortSignal[],
): { readonly signal: AbortSignal; readonly clear: () => void } => {
  const distinct = [...new Set(signals)];
  const [only] = distinct;
  if (only && distinct.length === 1) return { signal: only, clear: () => undefined };
  const all = new AbortController();
  const onAbort = (): void => {
    const last = distinct.findLast(({ aborted }) => aborted);
    if (distinct.every(({ aborted }) => aborted)) all.abort(last?.reason);
  };
  for (const signal of distinct) signal.addEventListener('abort', onAbort, { once: true });
  onAbort();
  return {
    signal: all.signal,
    clear: () => {
      for (const signal of distinct) signal.removeEventListener('abort', onAbort);
    },
  };
};
